import { useState } from "react";
import { PlugZap } from "lucide-react";
import { useNavigate } from "react-router";
import { api, call } from "@/api/client";
import type { Issuer, IssuerRequest } from "@/api/schema";
import type { Row } from "@/api/lists";
import { Badge, StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { ConfigFacts, typesOf, useConnectorTypes } from "@/components/config-form";
import { ConnectorDialog, type ConnectorValues } from "@/components/connector-dialog";
import { DeleteButton } from "@/components/delete-button";
import { ObjectPage } from "@/components/object-page";
import { Card, Fact, Facts, PageHeader, TextLink } from "@/components/page";
import { Empty, Problem } from "@/components/problem";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Time } from "@/components/time";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { words } from "@/lib/words";
import { AuditOf } from "../audit/of";
import { publishesCrls } from "../crl/addresses";

const COLUMNS: readonly Column<Row<"/api/v1/issuers">>[] = [
  {
    id: "name",
    header: "Issuer",
    fixed: true,
    csv: (one) => one.name,
    cell: (one) => <TextLink to={`/issuers/${one.id}`}>{one.name}</TextLink>,
  },
  { id: "type", header: "Type", csv: (one) => one.type, cell: (one) => words(one.type) },
  {
    id: "enabled",
    header: "State",
    csv: (one) => one.enabled,
    cell: (one) => <StatusBadge status={one.enabled ? "Enabled" : "Disabled"} />,
  },
  {
    id: "test",
    header: "Last test",
    csv: (one) => one.test_status,
    cell: (one) => <StatusBadge status={one.test_status} />,
  },
  {
    id: "tested",
    header: "Tested",
    csv: (one) => one.last_tested_at,
    cell: (one) => <Time at={one.last_tested_at} none="Never" />,
  },
  {
    id: "created",
    header: "Created",
    csv: (one) => one.created_at,
    cell: (one) => <Time at={one.created_at} />,
  },
];

const FRESH: ConnectorValues = { name: "", type: "", enabled: true, config: {} };

export function IssuerDialog(props: { id?: string; onClose: () => void; onDone?: (one: Issuer) => void }) {
  return (
    <ConnectorDialog
      family="issuer"
      noun="issuer"
      queryKey="issuers"
      item="/api/v1/issuers/{id}"
      collection="/api/v1/issuers"
      id={props.id}
      fresh={FRESH}
      read={(one: Issuer): ConnectorValues => ({
        name: one.name,
        type: one.type,
        enabled: one.enabled,
        config: one.config,
      })}
      write={(values): IssuerRequest => ({ ...values, config: values.config as Record<string, never> })}
      onClose={props.onClose}
      onDone={props.onDone}
    />
  );
}

export function IssuerList() {
  const can = useCan();
  const navigate = useNavigate();
  const [isCreating, setCreating] = useState(false);
  const create = can("issuer.write") && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      New issuer
    </Button>
  );
  return (
    <>
      <PageHeader title="Issuers" actions={create} />
      <ResourceList
        path="/api/v1/issuers"
        noun="issuer"
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
        rowLink={(one) => `/issuers/${one.id}`}
        empty={<Empty title="No issuers yet" action={create} />}
      />
      {isCreating && (
        <IssuerDialog
          onClose={() => setCreating(false)}
          onDone={(one) => void navigate(`/issuers/${one.id}`)}
        />
      )}
    </>
  );
}

export function IssuerPage() {
  const can = useCan();
  const types = useConnectorTypes();
  const [isEditing, setEditing] = useState(false);
  return (
    <ObjectPage
      path="/api/v1/issuers/{id}"
      queryKey="issuers"
      noun="Issuer"
      crumb={{ to: "/issuers", label: "Issuers" }}
      badges={(one) => (
        <>
          <StatusBadge status={one.enabled ? "Enabled" : "Disabled"} />
          {one.source === "env" && <Badge>From the environment</Badge>}
        </>
      )}
      actions={(one) =>
        can("issuer.write") && (
          <>
            <Button onClick={() => setEditing(true)}>Edit</Button>
            <DeleteButton
              noun="issuer"
              name={one.name}
              id={one.id}
              path="/api/v1/issuers/{id}"
              queryKey="issuers"
              to="/issuers"
            >
              <p>
                Certificates of this issuer must go first; those are{" "}
                <TextLink to={`/certificates?issuer_id=${one.id}`}>in the list</TextLink>.
              </p>
            </DeleteButton>
          </>
        )
      }
    >
      {(one) => (
        <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
          <Card title="About">
            <Facts>
              <Fact name="Type">{words(one.type)}</Fact>
              <Fact name="Certificates">
                <TextLink to={`/certificates?issuer_id=${one.id}`}>Show them</TextLink>
              </Fact>
              {publishesCrls(one.type) && (
                <Fact name="Revocation list">
                  <TextLink to={`/crl/${one.id}`}>See how it stands</TextLink>
                </Fact>
              )}
              <Fact name="Created">
                <Time at={one.created_at} />
              </Fact>
              <Fact name="Changed">
                <Time at={one.updated_at} />
              </Fact>
            </Facts>
          </Card>
          <TestCard issuer={one} />
          <Card title="Configuration" className="lg:col-span-2">
            <ConfigFacts
              fields={typesOf(types.data, "issuer").find((kind) => kind.type === one.type)?.fields ?? []}
              value={one.config}
            />
          </Card>
          <div className="lg:col-span-2">
            <AuditOf type="issuer" id={one.id} />
          </div>
          {isEditing && <IssuerDialog id={one.id} onClose={() => setEditing(false)} />}
        </div>
      )}
    </ObjectPage>
  );
}

/** Asks the issuer whether it could issue, and says what it answered. */
export function TestCard({ issuer }: { issuer: Issuer }) {
  const can = useCan();
  const test = useChange(
    () => call(api.POST("/api/v1/issuers/{id}/test", { params: { path: { id: issuer.id } } })),
    [["issuers"]],
  );
  return (
    <Card
      title="Connection"
      actions={
        can("issuer.write") && (
          <Button
            small
            busy={test.isPending}
            icon={<PlugZap aria-hidden className="size-3.5" />}
            onClick={() => test.mutate(undefined)}
          >
            Test now
          </Button>
        )
      }
    >
      <div className="space-y-3 text-[13px]">
        <p className="flex items-center gap-2">
          <StatusBadge status={test.data?.status ?? issuer.test_status} />
          <Time at={test.data?.tested_at ?? issuer.last_tested_at} none="Never tested" />
        </p>
        {test.data && <p className="break-words">{test.data.message}</p>}
        {test.isError && <Problem error={test.error} title="The test failed" />}
      </div>
    </Card>
  );
}
