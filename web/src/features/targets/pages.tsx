import { PlugZap } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, call } from "@/api/client";
import type { Target, TargetRequest } from "@/api/schema";
import type { Row } from "@/api/lists";
import { Badge, StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { ConfigFacts, typesOf, useConnectorTypes } from "@/components/config-form";
import { ConnectorDialog, type ConnectorValues } from "@/components/connector-dialog";
import { DeleteButton } from "@/components/delete-button";
import { Field } from "@/components/form";
import { ObjectPage } from "@/components/object-page";
import { Card, Fact, Facts, PageHeader, TextLink } from "@/components/page";
import { Empty, Problem } from "@/components/problem";
import { Ref, ReferenceSelect } from "@/components/refs";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Tabs } from "@/components/tabs";
import { Time } from "@/components/time";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { words } from "@/lib/words";
import { AuditOf } from "../audit/of";
import { JobsOf } from "../jobs/of";

const COLUMNS: readonly Column<Row<"/api/v1/targets">>[] = [
  {
    id: "name",
    header: "Target",
    fixed: true,
    csv: (one) => one.name,
    cell: (one) => <TextLink to={`/targets/${one.id}`}>{one.name}</TextLink>,
  },
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
    cell: (one) => <StatusBadge status={one.retired_at ? "Retired" : one.enabled ? "Enabled" : "Disabled"} />,
  },
  {
    id: "test",
    header: "Last test",
    csv: (one) => one.test_status,
    cell: (one) => <StatusBadge status={one.test_status} />,
  },
  {
    id: "created",
    header: "Created",
    csv: (one) => one.created_at,
    cell: (one) => <Time at={one.created_at} />,
  },
];

interface Values extends ConnectorValues {
  agent_id: string;
}

const FRESH: Values = { name: "", type: "", enabled: true, config: {}, agent_id: "" };

export function TargetDialog(props: {
  id?: string;
  preset?: Partial<Values>;
  onClose: () => void;
  onDone?: (one: Target) => void;
}) {
  return (
    <ConnectorDialog
      family="target"
      noun="target"
      queryKey="targets"
      item="/api/v1/targets/{id}"
      collection="/api/v1/targets"
      id={props.id}
      fresh={{ ...FRESH, ...props.preset }}
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
      onClose={props.onClose}
      onDone={props.onDone}
    />
  );
}

export function TargetList() {
  const can = useCan();
  const navigate = useNavigate();
  const [isCreating, setCreating] = useState(false);
  const create = can("target.write") && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      New target
    </Button>
  );
  return (
    <>
      <PageHeader title="Targets" actions={create} />
      <ResourceList
        path="/api/v1/targets"
        noun="target"
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
        rowLink={(one) => `/targets/${one.id}`}
        empty={
          <Empty title="No targets yet" action={create}>
            A target is a place on the host of an agent where a certificate is served.
          </Empty>
        }
      />
      {isCreating && (
        <TargetDialog
          onClose={() => setCreating(false)}
          onDone={(one) => void navigate(`/targets/${one.id}`)}
        />
      )}
    </>
  );
}

export function TargetPage() {
  const can = useCan();
  const types = useConnectorTypes();
  const [isEditing, setEditing] = useState(false);
  return (
    <ObjectPage
      path="/api/v1/targets/{id}"
      queryKey="targets"
      noun="Target"
      crumb={{ to: "/targets", label: "Targets" }}
      badges={(one) => (
        <StatusBadge status={one.retired_at ? "Retired" : one.enabled ? "Enabled" : "Disabled"} />
      )}
      actions={(one) =>
        can("target.write") && (
          <>
            {!one.retired_at && <Button onClick={() => setEditing(true)}>Edit</Button>}
            <DeleteButton
              noun="target"
              name={one.name}
              id={one.id}
              path="/api/v1/targets/{id}"
              queryKey="targets"
              to="/targets"
            >
              <p>
                Nothing is deployed there any more; what is served now stays. Certificates that are mapped to
                it must be mapped elsewhere first:{" "}
                <TextLink to={`/certificates?target_id=${one.id}`}>show them</TextLink>.
              </p>
            </DeleteButton>
          </>
        )
      }
    >
      {(one) => (
        <>
          <Tabs
            label="Parts of the target"
            tabs={[
              {
                id: "overview",
                label: "Overview",
                content: () => (
                  <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
                    <Card title="About">
                      <Facts>
                        <Fact name="Type">{words(one.type)}</Fact>
                        <Fact name="Agent">
                          <Ref of="agent" id={one.agent_id} />
                        </Fact>
                        <Fact name="Certificates">
                          <TextLink to={`/certificates?target_id=${one.id}`}>Show them</TextLink>
                        </Fact>
                        <Fact name="Source">{one.source === "env" ? "The environment" : "The API"}</Fact>
                        {one.retired_at && (
                          <Fact name="Retired">
                            <Time at={one.retired_at} /> {one.retired_reason}
                          </Fact>
                        )}
                        <Fact name="Changed">
                          <Time at={one.updated_at} />
                        </Fact>
                      </Facts>
                    </Card>
                    <TestCard target={one} />
                    <Card title="Configuration" className="lg:col-span-2">
                      <ConfigFacts
                        fields={
                          typesOf(types.data, "target").find((kind) => kind.type === one.type)?.fields ?? []
                        }
                        value={one.config}
                      />
                    </Card>
                  </div>
                ),
              },
              { id: "jobs", label: "Jobs", content: () => <JobsOf filter={{ target_id: one.id }} /> },
              { id: "activity", label: "Activity", content: () => <AuditOf type="target" id={one.id} /> },
            ]}
          />
          {isEditing && <TargetDialog id={one.id} onClose={() => setEditing(false)} />}
        </>
      )}
    </ObjectPage>
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
    <Card
      title="Connection"
      actions={
        can("target.write") &&
        !target.retired_at && (
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
          <StatusBadge status={target.test_status} />
          <Time at={target.last_tested_at} none="Never tested" />
        </p>
        {test.data && (
          <p>
            <Badge tone="info">Under way</Badge> The agent looks at it:{" "}
            <TextLink to={`/jobs/${test.data.job_id}`}>see what it finds</TextLink>.
          </p>
        )}
        {test.isError && <Problem error={test.error} />}
      </div>
    </Card>
  );
}
