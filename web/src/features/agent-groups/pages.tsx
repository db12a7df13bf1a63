import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { api, call } from "@/api/client";
import type { AgentGroup, AgentGroupRequest } from "@/api/schema";
import type { Row } from "@/api/lists";
import { membershipTypeValues } from "@/api/schema";
import { Badge, StatusBadge } from "@/components/badge";
import { Button, IconButton } from "@/components/button";
import { DeleteButton } from "@/components/delete-button";
import { CheckField, TextArea, TextField } from "@/components/form";
import { ObjectPage } from "@/components/object-page";
import { Card, Fact, Facts, PageHeader, TextLink } from "@/components/page";
import { Empty, Problem } from "@/components/problem";
import { ReferenceSelect } from "@/components/refs";
import { ResourceDialog } from "@/components/resource-dialog";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Time } from "@/components/time";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { AuditOf } from "../audit/of";

type Group = Row<"/api/v1/agent-groups">;

function criteria(one: Group): [string, string][] {
  const all: [string, string][] = [
    ["system", one.match_os],
    ["architecture", one.match_architecture],
    ["address", one.match_ip_cidr],
    ["version", one.match_version],
  ];
  return all.filter(([, value]) => value !== "");
}

function Criteria({ one }: { one: Group }) {
  const found = criteria(one);
  if (found.length === 0) return <span className="text-muted">By hand only</span>;
  return (
    <span className="flex flex-wrap gap-1">
      {found.map(([name, value]) => (
        <Badge key={name}>
          {name} {value}
        </Badge>
      ))}
    </span>
  );
}

const COLUMNS: readonly Column<Group>[] = [
  {
    id: "name",
    header: "Group",
    fixed: true,
    csv: (one) => one.name,
    cell: (one) => <TextLink to={`/agent-groups/${one.id}`}>{one.name}</TextLink>,
  },
  {
    id: "criteria",
    header: "Agents with",
    csv: (one) =>
      criteria(one)
        .map((pair) => pair.join(" "))
        .join(", "),
    cell: (one) => <Criteria one={one} />,
  },
  {
    id: "state",
    header: "State",
    csv: (one) => one.enabled,
    cell: (one) => <StatusBadge status={one.enabled ? "Enabled" : "Disabled"} />,
  },
  {
    id: "description",
    header: "Description",
    csv: (one) => one.description,
    cell: (one) => one.description || "—",
  },
  {
    id: "created",
    header: "Created",
    csv: (one) => one.created_at,
    cell: (one) => <Time at={one.created_at} />,
  },
];

const FRESH = {
  name: "",
  description: "",
  match_os: "",
  match_architecture: "",
  match_ip_cidr: "",
  match_version: "",
  enabled: true,
};

function GroupDialog({ id, onClose }: { id?: string; onClose: () => void }) {
  return (
    <ResourceDialog
      noun="agent group"
      queryKey="agent-groups"
      item="/api/v1/agent-groups/{id}"
      collection="/api/v1/agent-groups"
      id={id}
      fresh={FRESH}
      read={(one: AgentGroup) => ({
        name: one.name,
        description: one.description,
        match_os: one.match_os,
        match_architecture: one.match_architecture,
        match_ip_cidr: one.match_ip_cidr,
        match_version: one.match_version,
        enabled: one.enabled,
      })}
      write={(values): AgentGroupRequest => values}
      missing={(values) => (values.name.trim() === "" ? "Still needed: name" : undefined)}
      places={Object.keys(FRESH)}
      onClose={onClose}
    >
      {({ values, set, at }) => (
        <>
          <TextField
            label="Name"
            required
            value={values.name}
            onChange={(value) => set("name", value)}
            error={at("name")}
          />
          <TextArea
            label="Description"
            rows={2}
            value={values.description}
            onChange={(value) => set("description", value)}
            error={at("description")}
          />
          <p className="text-[12.5px] text-muted">
            An agent belongs to the group when everything that is filled in fits. Single agents are put in or
            kept out by hand afterwards.
          </p>
          <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
            <TextField
              label="System"
              value={values.match_os}
              onChange={(value) => set("match_os", value)}
              placeholder="linux"
              error={at("match_os")}
            />
            <TextField
              label="Architecture"
              value={values.match_architecture}
              onChange={(value) => set("match_architecture", value)}
              placeholder="x86_64"
              error={at("match_architecture")}
            />
            <TextField
              label="Network"
              mono
              value={values.match_ip_cidr}
              onChange={(value) => set("match_ip_cidr", value)}
              placeholder="10.0.0.0/8"
              error={at("match_ip_cidr")}
            />
            <TextField
              label="Version"
              value={values.match_version}
              onChange={(value) => set("match_version", value)}
              error={at("match_version")}
            />
          </div>
          <CheckField label="Enabled" value={values.enabled} onChange={(value) => set("enabled", value)} />
        </>
      )}
    </ResourceDialog>
  );
}

export function GroupList() {
  const can = useCan();
  const [isCreating, setCreating] = useState(false);
  const create = can("governance.write") && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      New group
    </Button>
  );
  return (
    <>
      <PageHeader title="Agent groups" actions={create} />
      <ResourceList
        path="/api/v1/agent-groups"
        noun="group"
        columns={COLUMNS}
        rowLink={(one) => `/agent-groups/${one.id}`}
        empty={
          <Empty title="No groups yet" action={create}>
            A renewal policy can be limited to a group of agents.
          </Empty>
        }
      />
      {isCreating && <GroupDialog onClose={() => setCreating(false)} />}
    </>
  );
}

export function GroupPage() {
  const can = useCan();
  const [isEditing, setEditing] = useState(false);
  return (
    <ObjectPage
      path="/api/v1/agent-groups/{id}"
      queryKey="agent-groups"
      noun="Agent group"
      crumb={{ to: "/agent-groups", label: "Agent groups" }}
      badges={(one) => <StatusBadge status={one.enabled ? "Enabled" : "Disabled"} />}
      actions={(one) =>
        can("governance.write") && (
          <>
            <Button onClick={() => setEditing(true)}>Edit</Button>
            <DeleteButton
              noun="agent group"
              name={one.name}
              id={one.id}
              path="/api/v1/agent-groups/{id}"
              queryKey="agent-groups"
              to="/agent-groups"
            >
              <p>The agents stay. Renewal policies that are limited to the group must be changed first.</p>
            </DeleteButton>
          </>
        )
      }
    >
      {(one) => (
        <div className="space-y-4">
          <Card title="About">
            <Facts>
              <Fact name="Description">{one.description || "—"}</Fact>
              <Fact name="Agents with">
                <Criteria one={one} />
              </Fact>
              <Fact name="Changed">
                <Time at={one.updated_at} />
              </Fact>
            </Facts>
          </Card>
          <Members id={one.id} />
          <AuditOf type="agent_group" id={one.id} />
          {isEditing && <GroupDialog id={one.id} onClose={() => setEditing(false)} />}
        </div>
      )}
    </ObjectPage>
  );
}

type Member = Row<"/api/v1/agent-groups/{id}/members">;

/** The agents of the group, and what was said by hand about single ones. */
function Members({ id }: { id: string }) {
  const can = useCan();
  const isByHand = useSearchParams()[0].has("membership_type");
  const [agent, setAgent] = useState("");
  const [kind, setKind] = useState<(typeof membershipTypeValues)[number]>("include");
  const touches = [["agent-groups"]];
  const add = useChange(
    () =>
      call(
        api.PUT("/api/v1/agent-groups/{id}/members/{agent_id}", {
          params: { path: { id, agent_id: agent } },
          body: { membership_type: kind },
        }),
      ),
    touches,
    () => setAgent(""),
  );
  const remove = useChange(
    (agentId: string) =>
      call(
        api.DELETE("/api/v1/agent-groups/{id}/members/{agent_id}", {
          params: { path: { id, agent_id: agentId } },
        }),
      ),
    touches,
  );
  const columns: readonly Column<Member>[] = [
    {
      id: "agent",
      header: "Agent",
      csv: (one) => one.name,
      cell: (one) => <TextLink to={`/agents/${one.id}`}>{one.name}</TextLink>,
    },
    {
      id: "status",
      header: "Status",
      csv: (one) => one.status,
      cell: (one) => <StatusBadge status={one.status} />,
    },
    { id: "hostname", header: "Host", csv: (one) => one.hostname, cell: (one) => one.hostname || "—" },
    {
      id: "platform",
      header: "Platform",
      csv: (one) => `${one.os} ${one.architecture}`,
      cell: (one) => [one.os, one.architecture].filter(Boolean).join(" · ") || "—",
    },
    { id: "address", header: "Address", csv: (one) => one.ip_address, cell: (one) => one.ip_address || "—" },
    {
      id: "remove",
      header: "",
      align: "right",
      // Only what was said by hand can be taken back.
      cell: (one) =>
        can("governance.write") &&
        isByHand && (
          <IconButton
            small
            label={`Take back what was said of ${one.name}`}
            icon={<Trash2 aria-hidden className="size-3.5" />}
            busy={remove.isPending && remove.variables === one.id}
            onClick={() => remove.mutate(one.id)}
          />
        ),
    },
  ];
  const failed = add.error ?? remove.error;
  return (
    <div className="space-y-2">
      {failed && <Problem error={failed} />}
      <ResourceList
        path="/api/v1/agent-groups/{id}/members"
        params={{ id }}
        noun="agent"
        filters={[
          {
            kind: "choice",
            name: "membership_type",
            label: "Members",
            values: membershipTypeValues,
            labels: { include: "Put in by hand", exclude: "Kept out by hand" },
          },
        ]}
        rowLink={(one) => `/agents/${one.id}`}
        columns={columns}
        toolbar={
          can("governance.write") && (
            <form
              className="mr-2 flex items-center gap-1.5"
              onSubmit={(event) => {
                event.preventDefault();
                add.mutate(undefined);
              }}
            >
              <label htmlFor="member-agent" className="sr-only">
                Agent
              </label>
              <ReferenceSelect
                id="member-agent"
                of="agent"
                value={agent}
                onChange={setAgent}
                any="An agent…"
                compact
              />
              <label htmlFor="member-kind" className="sr-only">
                How
              </label>
              <select
                id="member-kind"
                className="field w-auto"
                value={kind}
                onChange={(event) => setKind(event.target.value === "exclude" ? "exclude" : "include")}
              >
                <option value="include">put in</option>
                <option value="exclude">keep out</option>
              </select>
              <Button type="submit" disabled={agent === ""} busy={add.isPending}>
                Set
              </Button>
            </form>
          )
        }
        empty={<Empty title="No agents" />}
      />
    </div>
  );
}
