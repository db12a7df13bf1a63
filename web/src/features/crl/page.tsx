import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useParams } from "react-router";
import { fetchBlob } from "@/api/client";
import type { Crl, IssuerCrls } from "@/api/schema";
import { Badge } from "@/components/badge";
import { Code, CopyButton } from "@/components/copy";
import { Card, Fact, Facts, PageHeader, TextLink } from "@/components/page";
import { Empty, Problem, Skeleton } from "@/components/problem";
import { ResourceList } from "@/components/resource-list";
import { Table, type Column } from "@/components/table";
import { Tabs } from "@/components/tabs";
import { Time } from "@/components/time";
import { REVOCATION_COLUMNS } from "../revocation/columns";
import { useCrls } from "../revocation/queries";
import { addressesOf, bytes, fileOf, newestOf } from "./addresses";
import { CrlAge } from "./age";
import { Attempts } from "./attempts";
import { Responders } from "./responders";

const CRUMB = { to: "/crl", label: "Revocation lists" };

const LISTS: readonly Column<Crl>[] = [
  {
    id: "partition",
    header: "List",
    cell: (one) => (
      <span className="flex flex-wrap items-center gap-1.5">
        {one.partition === 0 ? "Undivided" : `Partition ${one.partition}`}
        {one.kind === "delta" && <Badge tone="info">Changes since {one.base_number?.toLocaleString()}</Badge>}
        {!one.current && <Badge title={one.authority}>An earlier key</Badge>}
      </span>
    ),
  },
  { id: "number", header: "Number", align: "right", cell: (one) => one.number.toLocaleString() },
  { id: "entries", header: "Entries", align: "right", cell: (one) => one.revoked_count.toLocaleString() },
  { id: "age", header: "State", cell: (one) => <CrlAge of={one} /> },
  {
    id: "url",
    header: "Address",
    cell: (one) => (one.url ? <Code text={one.url} cut={48} /> : <span className="text-muted">—</span>),
  },
];

/** How the CRL of one issuer stands, and what it lists. */
export function CrlPage() {
  const { id = "" } = useParams();
  const crls = useCrls(id);
  if (crls.isError) {
    return (
      <>
        <PageHeader title="Revocation list" crumbs={[CRUMB]} />
        <Problem error={crls.error} onRetry={() => void crls.refetch()} />
      </>
    );
  }
  if (crls.data === undefined) return <Skeleton lines={8} />;
  if (crls.data === null) {
    return (
      <>
        <PageHeader title="Revocation list" crumbs={[CRUMB]} />
        <Empty title="This is no CA of certctl">
          A CA outside publishes its own CRL. See <TextLink to={`/issuers/${id}`}>the issuer</TextLink>.
        </Empty>
      </>
    );
  }
  const one = crls.data;
  return (
    <>
      <PageHeader
        title={`Revocation list of ${one.issuer_name}`}
        crumbs={[CRUMB]}
        heading={
          <>
            <span className="break-words">{one.issuer_name}</span> <CrlState of={one} />
          </>
        }
        subtitle={<TextLink to={`/issuers/${one.issuer_id}`}>{one.issuer_id}</TextLink>}
      />
      {one.problem && (
        <div className="mb-4">
          <Problem error={new Error(one.problem)} title="No new CRL can be made" />
        </div>
      )}
      <Tabs
        label="Parts of the revocation list"
        tabs={[
          { id: "overview", label: "Overview", content: () => <Overview one={one} /> },
          { id: "entries", label: "Entries", content: () => <Entries id={id} /> },
        ]}
      />
    </>
  );
}

/** Whether there is a CRL, and whether its time is over. */
export function CrlState({ of: one }: { of: IssuerCrls }) {
  if (one.problem) return <Badge tone="bad">Cannot be made</Badge>;
  if (!one.crl_number) return <Badge>None yet</Badge>;
  return <Badge tone={one.is_stale ? "bad" : "ok"}>{one.is_stale ? "Stale" : "Valid"}</Badge>;
}

function Overview({ one }: { one: IssuerCrls }) {
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
      <Card title="The newest list">
        <Facts>
          <Fact name="Number">{one.crl_number?.toLocaleString() ?? "—"}</Fact>
          <Fact name="Made">
            <Time at={newestOf(one)?.generated_at} />
          </Fact>
          <Fact name="thisUpdate">
            <Time at={one.this_update} as="exact" />
          </Fact>
          <Fact name="nextUpdate">
            <Time at={one.next_update} as="exact" />
          </Fact>
          <Fact name="Entries">{one.revoked_count?.toLocaleString() ?? "—"}</Fact>
          <Fact name="Size">{one.crl_number ? <Size one={one} /> : "—"}</Fact>
        </Facts>
      </Card>
      <Card title="Where relying parties look">
        <Facts>
          {addressesOf(one).map(({ name, url }) => (
            <Fact key={name} name={name}>
              <span className="inline-flex max-w-full items-start gap-0.5">
                <code className="font-mono text-[12px] break-all">{url}</code>
                <CopyButton text={url} label={`Copy the address of ${name}`} />
              </span>
            </Fact>
          ))}
        </Facts>
        {!one.url && (
          <p role="note" className="mt-3 rounded-md border border-warn/30 bg-warn-soft p-2.5 text-[13px]">
            Certificates name none of these addresses while{" "}
            <code className="font-mono">CERTCTL_PKI_BASE_URL</code> is unset, so that their revocation is seen
            only by who was told where to look.
          </p>
        )}
      </Card>
      <Card title="All lists" flush className="lg:col-span-2">
        <Table
          label="All lists of the issuer"
          columns={LISTS}
          rows={one.crls}
          rowKey={(crl) => `${crl.authority} ${crl.partition} ${crl.kind}`}
          empty={<Empty title="The first list is made within seconds" />}
        />
      </Card>
      <div className="lg:col-span-2">
        <Attempts issuerId={one.issuer_id} />
      </div>
      <div className="lg:col-span-2">
        <Responders issuerId={one.issuer_id} />
      </div>
    </div>
  );
}

/** Size of the file that relying parties get, and the file itself. */
function Size({ one }: { one: IssuerCrls }) {
  const file = useQuery({
    queryKey: ["crl", "file", one.issuer_id, one.crl_number],
    queryFn: ({ signal }) => fetchBlob(fileOf(one.issuer_id, "crl"), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <span className="flex flex-wrap items-center gap-x-3">
      {file.isError ? (
        <span className="text-bad">{file.error.message}</span>
      ) : (
        <span>{file.data ? bytes(file.data.size) : "…"}</span>
      )}
      {(["crl", "pem"] as const).map((form) => (
        <a
          key={form}
          download
          href={fileOf(one.issuer_id, form)}
          className="inline-flex items-center gap-1 text-brand hover:underline"
        >
          <Download aria-hidden className="size-3.5" /> {form === "crl" ? "DER" : "PEM"}
        </a>
      ))}
    </span>
  );
}

function Entries({ id }: { id: string }) {
  return (
    <ResourceList
      path="/api/v1/crl/{id}/entries"
      params={{ id }}
      noun="entry"
      plural="entries"
      keep={["tab"]}
      columns={REVOCATION_COLUMNS.filter((column) => column.id !== "issuer" && column.id !== "notified")}
      filters={[{ kind: "text", name: "partition", label: "Partition" }]}
      empty={<Empty title="Nothing of this issuer is revoked" />}
    />
  );
}

/** The CRLs of every CA of certctl. */
export function CrlList() {
  return (
    <>
      <PageHeader
        title="Revocation lists"
        subtitle="What relying parties read. A new one is made within two seconds of a revocation."
      />
      <ResourceList
        path="/api/v1/crl"
        noun="issuer"
        rowKey={(one) => one.issuer_id}
        columns={COLUMNS}
        rowLink={(one) => `/crl/${one.issuer_id}`}
        empty={
          <Empty title="There is no CA of certctl yet">
            CAs outside publish lists of their own. <TextLink to="/issuers">Add a local issuer</TextLink>.
          </Empty>
        }
      />
    </>
  );
}

const COLUMNS: readonly Column<IssuerCrls>[] = [
  {
    id: "issuer",
    header: "Issuer",
    fixed: true,
    csv: (one) => one.issuer_name,
    cell: (one) => <TextLink to={`/crl/${one.issuer_id}`}>{one.issuer_name}</TextLink>,
  },
  {
    id: "state",
    header: "State",
    csv: (one) => (one.problem ? "failing" : one.is_stale ? "stale" : "valid"),
    cell: (one) => (
      <span title={one.problem ?? undefined}>
        <CrlState of={one} />
      </span>
    ),
  },
  {
    id: "number",
    header: "Number",
    align: "right",
    csv: (one) => one.crl_number,
    cell: (one) => one.crl_number?.toLocaleString() ?? "—",
  },
  {
    id: "this_update",
    header: "Made",
    csv: (one) => newestOf(one)?.generated_at,
    cell: (one) => <Time at={newestOf(one)?.generated_at} />,
  },
  {
    id: "next_update",
    header: "Next at the latest",
    csv: (one) => one.next_update,
    cell: (one) => <Time at={one.next_update} />,
  },
  {
    id: "entries",
    header: "Entries",
    align: "right",
    csv: (one) => one.revoked_count,
    cell: (one) => one.revoked_count?.toLocaleString() ?? "—",
  },
  {
    id: "lists",
    header: "Lists",
    align: "right",
    csv: (one) => one.crls.length,
    cell: (one) => one.crls.length.toLocaleString(),
  },
  {
    id: "url",
    header: "Address",
    csv: (one) => one.url,
    cell: (one) =>
      one.url ? (
        <Code text={one.url} cut={40} />
      ) : (
        <span className="text-muted">Named in no certificate</span>
      ),
  },
];
