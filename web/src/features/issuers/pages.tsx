import { api, call } from "@/api/client";
import type { Row } from "@/api/lists";
import type { Issuer, IssuerRequest } from "@/api/schema";
import { Badge } from "@/components/badge";
import { createdColumn, Enabled, enabledColumn, LinkFact, nameColumn, TimeFacts } from "@/components/columns";
import { ConnectorDialog, type ConnectorValues } from "@/components/connector-dialog";
import { ConfigCard, ConnectionCard, TEST_COLUMNS } from "@/components/connector-parts";
import { Card, Fact, Facts, TextLink } from "@/components/page";
import { ResourceListPage, ResourcePage, type FormProps } from "@/components/resource-pages";
import type { Column } from "@/components/table";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { words } from "@/lib/words";
import { AuditOf } from "../audit/of";
import { publishesCrls } from "../crl/addresses";

const COLUMNS: readonly Column<Row<"/api/v1/issuers">>[] = [
  nameColumn("Issuer", "/issuers"),
  { id: "type", header: "Type", csv: (one) => one.type, cell: (one) => words(one.type) },
  enabledColumn(),
  ...TEST_COLUMNS,
  createdColumn(),
];

const FRESH: ConnectorValues = { name: "", type: "", enabled: true, config: {} };

export function IssuerDialog(props: FormProps<Issuer>) {
  return (
    <ConnectorDialog
      kind="issuer"
      {...props}
      fresh={FRESH}
      read={(one: Issuer): ConnectorValues => ({
        name: one.name,
        type: one.type,
        enabled: one.enabled,
        config: one.config,
      })}
      write={(values): IssuerRequest => ({ ...values, config: values.config as Record<string, never> })}
    />
  );
}

export const IssuerList = () => (
  <ResourceListPage
    kind="issuer"
    columns={COLUMNS}
    filters={[
      {
        kind: "choice",
        name: "enabled",
        label: "State",
        values: ["true", "false"],
        labels: { true: "Enabled", false: "Disabled" },
      },
    ]}
    Form={IssuerDialog}
    opens
  />
);

export const IssuerPage = () => (
  <ResourcePage
    kind="issuer"
    Form={IssuerDialog}
    badges={(one) => (
      <>
        <Enabled one={one} />
        {one.source === "env" && <Badge>From the environment</Badge>}
      </>
    )}
    deletion={(one) => (
      <p>
        Certificates of this issuer must go first; those are{" "}
        <TextLink to={`/certificates?issuer_id=${one.id}`}>in the list</TextLink>.
      </p>
    )}
  >
    {(one) => (
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <Card title="About">
          <Facts>
            <Fact name="Type">{words(one.type)}</Fact>
            <LinkFact name="Certificates" to={`/certificates?issuer_id=${one.id}`} />
            {publishesCrls(one.type) && (
              <LinkFact name="Revocation list" to={`/crl/${one.id}`} text="See how it stands" />
            )}
            <TimeFacts one={one} />
          </Facts>
        </Card>
        <TestCard issuer={one} />
        <ConfigCard family="issuer" one={one} />
        <div className="lg:col-span-2">
          <AuditOf type="issuer" id={one.id} />
        </div>
      </div>
    )}
  </ResourcePage>
);

/** Asks the issuer whether it could issue, and says what it answered. */
export function TestCard({ issuer }: { issuer: Issuer }) {
  const can = useCan();
  const test = useChange(
    () => call(api.POST("/api/v1/issuers/{id}/test", { params: { path: { id: issuer.id } } })),
    [["issuers"]],
  );
  return (
    <ConnectionCard
      status={test.data?.status ?? issuer.test_status}
      testedAt={test.data?.tested_at ?? issuer.last_tested_at}
      onTest={can("issuer.write") ? () => test.mutate(undefined) : undefined}
      busy={test.isPending}
      error={test.error}
    >
      {test.data && <p className="break-words">{test.data.message}</p>}
    </ConnectionCard>
  );
}
