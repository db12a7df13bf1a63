import { api, call } from "@/api/client";
import type { Row } from "@/api/lists";
import type { Target, TargetRequest } from "@/api/schema";
import { Badge, StatusBadge } from "@/components/badge";
import { createdColumn, Enabled, LinkFact, nameColumn, TimeFacts } from "@/components/columns";
import { ConnectorDialog, type ConnectorValues } from "@/components/connector-dialog";
import { ConfigCard, ConnectionCard, TEST_COLUMNS } from "@/components/connector-parts";
import { Field } from "@/components/form";
import { Card, Fact, Facts, TextLink } from "@/components/page";
import { Ref, ReferenceSelect } from "@/components/refs";
import { ResourceListPage, ResourcePage, type FormProps } from "@/components/resource-pages";
import type { Column } from "@/components/table";
import { Tabs } from "@/components/tabs";
import { Time } from "@/components/time";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { words } from "@/lib/words";
import { AuditOf } from "../audit/of";
import { JobsOf } from "../jobs/of";

const COLUMNS: readonly Column<Row<"/api/v1/targets">>[] = [
  nameColumn("Target", "/targets"),
  { id: "type", header: "Type", csv: (one) => one.type, cell: (one) => words(one.type) },
  {
    id: "agent",
    header: "Agent",
    csv: (one) => one.agent_id,
    cell: (one) => <Ref of="agent" id={one.agent_id} />,
  },
  {
    id: "state",
    header: "State",
    csv: (one) => (one.retired_at ? "retired" : one.enabled),
    cell: (one) => <State one={one} />,
  },
  ...TEST_COLUMNS,
  createdColumn(),
];

function State({ one }: { one: Target }) {
  return one.retired_at ? <StatusBadge status="Retired" /> : <Enabled one={one} />;
}

interface Values extends ConnectorValues {
  agent_id: string;
}

const FRESH: Values = { name: "", type: "", enabled: true, config: {}, agent_id: "" };

export function TargetDialog({ preset, ...props }: FormProps<Target> & { preset?: Partial<Values> }) {
  return (
    <ConnectorDialog
      kind="target"
      {...props}
      fresh={{ ...FRESH, ...preset }}
      read={(one: Target): Values => ({
        name: one.name,
        type: one.type,
        enabled: one.enabled,
        config: one.config,
        agent_id: one.agent_id,
      })}
      write={(values): TargetRequest => ({ ...values, config: values.config as Record<string, never> })}
      missing={(values) => (values.agent_id === "" ? "Still needed: agent" : undefined)}
      places={["agent_id"]}
      extra={({ values, set, at }) => (
        <Field
          label="Agent"
          required
          error={at("agent_id")}
          hint="The agent on the host where the files are."
        >
          {(parts) => (
            <ReferenceSelect
              id={parts.id}
              of="agent"
              value={values.agent_id}
              onChange={(value) => set("agent_id", value)}
              any="Choose…"
            />
          )}
        </Field>
      )}
    />
  );
}

export const TargetList = () => (
  <ResourceListPage
    kind="target"
    columns={COLUMNS}
    filters={[
      { kind: "reference", name: "agent_id", label: "Agent", of: "agent" },
      {
        kind: "choice",
        name: "include_retired",
        label: "Retired",
        values: ["true"],
        labels: { true: "Show them too" },
      },
    ]}
    hint="A target is a place on the host of an agent where a certificate is served."
    Form={TargetDialog}
    opens
  />
);

export const TargetPage = () => (
  <ResourcePage
    kind="target"
    Form={TargetDialog}
    badges={(one) => <State one={one} />}
    mayEdit={(one) => !one.retired_at}
    deletion={(one) => (
      <p>
        Nothing is deployed there any more; what is served now stays. Certificates that are mapped to it must
        be mapped elsewhere first: <TextLink to={`/certificates?target_id=${one.id}`}>show them</TextLink>.
      </p>
    )}
  >
    {(one) => (
      <Tabs
        label="Parts of the target"
        tabs={[
          { id: "overview", label: "Overview", content: () => <Overview one={one} /> },
          { id: "jobs", label: "Jobs", content: () => <JobsOf filter={{ target_id: one.id }} /> },
          { id: "activity", label: "Activity", content: () => <AuditOf type="target" id={one.id} /> },
        ]}
      />
    )}
  </ResourcePage>
);

function Overview({ one }: { one: Target }) {
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
      <Card title="About">
        <Facts>
          <Fact name="Type">{words(one.type)}</Fact>
          <Fact name="Agent">
            <Ref of="agent" id={one.agent_id} copy />
          </Fact>
          <LinkFact name="Certificates" to={`/certificates?target_id=${one.id}`} />
          <Fact name="Source">{one.source === "env" ? "The environment" : "The API"}</Fact>
          {one.retired_at && (
            <Fact name="Retired">
              <Time at={one.retired_at} /> {one.retired_reason}
            </Fact>
          )}
          <TimeFacts one={one} />
        </Facts>
      </Card>
      <TestCard target={one} />
      <ConfigCard family="target" one={one} />
    </div>
  );
}

/** Has the agent look at paths and commands without changing anything. */
export function TestCard({ target }: { target: Target }) {
  const can = useCan();
  const test = useChange(
    () => call(api.POST("/api/v1/targets/{id}/test", { params: { path: { id: target.id } } })),
    [["targets"], ["jobs"]],
  );
  return (
    <ConnectionCard
      status={target.test_status}
      testedAt={target.last_tested_at}
      onTest={can("target.write") && !target.retired_at ? () => test.mutate(undefined) : undefined}
      busy={test.isPending}
      error={test.error}
    >
      {test.data && (
        <p>
          <Badge tone="info">Under way</Badge> The agent looks at it:{" "}
          <TextLink to={`/jobs/${test.data.job_id}`}>see what it finds</TextLink>.
        </p>
      )}
    </ConnectionCard>
  );
}
