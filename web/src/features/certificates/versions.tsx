import { useState } from "react";
import type { Certificate } from "@/api/schema";
import type { Row } from "@/api/lists";
import { Badge } from "@/components/badge";
import { Button } from "@/components/button";
import { Code } from "@/components/copy";
import { Card } from "@/components/page";
import { Empty, Problem, Skeleton } from "@/components/problem";
import { Ref } from "@/components/refs";
import { Table, type Column, type Selection } from "@/components/table";
import { Expiry, Time } from "@/components/time";
import { cx } from "@/lib/cx";
import { differences } from "./differences";
import { useParsed, useVersion, useVersions } from "./queries";

type Version = Row<"/api/v1/certificates/{id}/versions">;

/** Everything that was issued, and how two of them differ. */
export function Versions({ certificate }: { certificate: Certificate }) {
  const versions = useVersions(certificate.id);
  const [selection, setSelection] = useState<Selection>({});
  const [compared, setCompared] = useState<readonly [string, string]>();
  if (versions.isError) return <Problem error={versions.error} onRetry={() => void versions.refetch()} />;
  const rows = versions.data?.data ?? [];
  const current = new Map<string, string>();
  for (const one of rows) {
    const holder = one.agent_id ?? "";
    if (!current.has(holder)) current.set(holder, one.id);
  }
  const columns: readonly Column<Version>[] = [
    {
      id: "version",
      header: "Issued",
      cell: (one) => (
        <span className="flex items-center gap-2">
          <Time at={one.created_at} />
          {current.get(one.agent_id ?? "") === one.id && <Badge tone="ok">Newest</Badge>}
        </span>
      ),
    },
    { id: "ends", header: "Ends", cell: (one) => <Expiry at={one.not_after} /> },
    { id: "agent", header: "Key held by", cell: (one) => <Ref of="agent" id={one.agent_id} /> },
    { id: "key", header: "Key", cell: (one) => `${one.key_algorithm} ${one.key_size || ""}` },
    { id: "serial", header: "Serial number", cell: (one) => <Code text={one.serial_number} cut={18} /> },
    { id: "fingerprint", header: "SHA-256", cell: (one) => <Code text={one.fingerprint_sha256} cut={16} /> },
  ];
  const chosen = Object.keys(selection);
  const [first, second] = chosen;
  return (
    <div className="space-y-4">
      <Card
        title="Versions"
        flush
        actions={
          <Button
            small
            disabled={chosen.length !== 2}
            title="Choose two versions to compare them"
            onClick={() => first && second && setCompared([first, second])}
          >
            Compare two
          </Button>
        }
      >
        <Table
          label="Versions"
          columns={columns}
          rows={rows}
          rowKey={(one) => one.id}
          selection={selection}
          onSelection={setSelection}
          isLoading={versions.isPending}
          empty={<Empty title="Nothing was issued yet" />}
        />
      </Card>
      {compared && (
        <Comparison
          id={certificate.id}
          versions={rows.filter((row) => compared.includes(row.id)).reverse()}
        />
      )}
    </div>
  );
}

function Comparison({ id, versions }: { id: string; versions: readonly Version[] }) {
  const older = useParsed(useVersion(id, versions[0]?.id).data?.pem_chain);
  const newer = useParsed(useVersion(id, versions[1]?.id).data?.pem_chain);
  const failed = older.error ?? newer.error;
  if (failed) return <Problem error={failed} />;
  const [a, b] = [older.data?.[0], newer.data?.[0]];
  if (!a || !b) return <Skeleton lines={6} />;
  return (
    <Card title="Differences" flush>
      <div className="overflow-x-auto">
        <table className="w-full text-[13px]">
          <thead className="text-left text-[12px] text-muted">
            <tr>
              <th scope="col" className="w-44 px-4 py-2 font-medium">
                Field
              </th>
              <th scope="col" className="px-4 py-2 font-medium">
                Older
              </th>
              <th scope="col" className="px-4 py-2 font-medium">
                Newer
              </th>
            </tr>
          </thead>
          <tbody>
            {differences(a, b).map(([name, before, after]) => (
              <tr key={name} className={cx("border-t align-top", before === after && "text-muted")}>
                <td className="px-4 py-1.5">{name}</td>
                <td className={cx("px-4 py-1.5 break-all", before !== after && "bg-bad-soft")}>
                  {before || "—"}
                </td>
                <td className={cx("px-4 py-1.5 break-all", before !== after && "bg-ok-soft")}>
                  {after || "—"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
