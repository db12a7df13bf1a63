import { Plus } from "lucide-react";
import { useState } from "react";
import { agentStatusValues } from "@/api/schema";
import type { Row } from "@/api/lists";
import { StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { ObjectPage } from "@/components/object-page";
import { Card, Fact, Facts, PageHeader, TextLink } from "@/components/page";
import { Empty } from "@/components/problem";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Tabs } from "@/components/tabs";
import { Time } from "@/components/time";
import { useCan } from "@/lib/session";
import { AuditOf } from "../audit/of";
import { JobsOf } from "../jobs/of";
import { Enrol } from "./enrol";
import { Retire } from "./retire";

type Agent = Row<"/api/v1/agents">;

const name: Column<Agent> = {
  id: "name",
  header: "Agent",
  fixed: true,
  csv: (one) => one.name,
  cell: (one) => <TextLink to={`/agents/${one.id}`}>{one.name}</TextLink>,
};
const host: readonly Column<Agent>[] = [
  { id: "hostname", header: "Host", csv: (one) => one.hostname, cell: (one) => one.hostname || "—" },
  {
    id: "platform",
    header: "Platform",
    csv: (one) => `${one.os} ${one.architecture}`,
    cell: (one) => [one.os, one.architecture].filter(Boolean).join(" · ") || "—",
  },
  { id: "address", header: "Address", csv: (one) => one.ip_address, cell: (one) => one.ip_address || "—" },
];
const ACTIVE: readonly Column<Agent>[] = [
  name,
  {
    id: "status",
    header: "Status",
    csv: (one) => one.status,
    cell: (one) => <StatusBadge status={one.status} />,
  },
  ...host,
  { id: "version", header: "Version", csv: (one) => one.version, cell: (one) => one.version || "—" },
  {
    id: "heartbeat",
    header: "Last heartbeat",
    csv: (one) => one.last_heartbeat_at,
    cell: (one) => <Time at={one.last_heartbeat_at} none="Never" />,
  },
  {
    id: "registered",
    header: "Registered",
    hidden: true,
    csv: (one) => one.registered_at,
    cell: (one) => <Time at={one.registered_at} />,
  },
];
const RETIRED: readonly Column<Agent>[] = [
  name,
  ...host,
  {
    id: "retired",
    header: "Retired",
    csv: (one) => one.retired_at,
    cell: (one) => <Time at={one.retired_at} />,
  },
  {
    id: "reason",
    header: "Reason",
    csv: (one) => one.retired_reason,
    cell: (one) => one.retired_reason ?? "—",
  },
];

export function AgentList() {
  const can = useCan();
  const [isEnrolling, setEnrolling] = useState(false);
  const enrol = can("agent.write") && (
    <Button
      variant="primary"
      icon={<Plus aria-hidden className="size-4" />}
      onClick={() => setEnrolling(true)}
    >
      Enrol an agent
    </Button>
  );
  return (
    <>
      <PageHeader title="Agents" actions={enrol} />
      <Tabs
        label="Agents"
        tabs={[
          {
            id: "active",
            label: "In service",
            content: () => (
              <ResourceList
                path="/api/v1/agents"
                noun="agent"
                columns={ACTIVE}
                keep={["tab"]}
                filters={[
                  { kind: "search", name: "search", label: "Name, host or address" },
                  { kind: "choice", name: "status", label: "Status", values: agentStatusValues },
                ]}
                rowLink={(one) => `/agents/${one.id}`}
                empty={
                  <Empty title="No agents yet" action={enrol}>
                    An agent runs on each host that serves certificates, and makes its keys there.
                  </Empty>
                }
              />
            ),
          },
          {
            id: "retired",
            label: "Retired",
            content: () => (
              <ResourceList
                path="/api/v1/agents/retired"
                noun="retired agent"
                columns={RETIRED}
                keep={["tab"]}
                filters={[{ kind: "search", name: "search", label: "Name, host or address" }]}
                rowLink={(one) => `/agents/${one.id}`}
                empty={<Empty title="No agent was retired" />}
              />
            ),
          },
        ]}
      />
      {isEnrolling && <Enrol onClose={() => setEnrolling(false)} />}
    </>
  );
}

export function AgentPage() {
  const can = useCan();
  return (
    <ObjectPage
      path="/api/v1/agents/{id}"
      queryKey="agents"
      noun="Agent"
      crumb={{ to: "/agents", label: "Agents" }}
      badges={(one) => <StatusBadge status={one.retired_at ? "Retired" : one.status} />}
      actions={(one) => can("agent.write") && !one.retired_at && <Retire agent={one} />}
    >
      {(one) => (
        <Tabs
          label="Parts of the agent"
          tabs={[
            {
              id: "overview",
              label: "Overview",
              content: () => (
                <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
                  <Card title="Host">
                    <Facts>
                      <Fact name="Name of the host">{one.hostname || "—"}</Fact>
                      <Fact name="Address">{one.ip_address || "—"}</Fact>
                      <Fact name="System">{one.os || "—"}</Fact>
                      <Fact name="Architecture">{one.architecture || "—"}</Fact>
                      <Fact name="Version">{one.version || "—"}</Fact>
                    </Facts>
                  </Card>
                  <Card title="Service">
                    <Facts>
                      <Fact name="Last heartbeat">
                        <Time at={one.last_heartbeat_at} none="Never" />
                      </Fact>
                      <Fact name="Registered">
                        <Time at={one.registered_at} />
                      </Fact>
                      {one.retired_at && (
                        <Fact name="Retired">
                          <Time at={one.retired_at} /> {one.retired_reason}
                        </Fact>
                      )}
                      <Fact name="Targets">
                        <TextLink to={`/targets?agent_id=${one.id}`}>Show them</TextLink>
                      </Fact>
                      <Fact name="Certificates">
                        <TextLink to={`/certificates?agent_id=${one.id}`}>Show them</TextLink>
                      </Fact>
                    </Facts>
                  </Card>
                </div>
              ),
            },
            { id: "jobs", label: "Jobs", content: () => <JobsOf filter={{ agent_id: one.id }} /> },
            { id: "activity", label: "Activity", content: () => <AuditOf type="agent" id={one.id} /> },
          ]}
        />
      )}
    </ObjectPage>
  );
}
