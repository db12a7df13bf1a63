import type { Row } from "@/api/lists";
import type { AgentGroup, AgentGroupRequest } from "@/api/schema";
import { Badge } from "@/components/badge";
import {
  createdColumn,
  Enabled,
  enabledColumn,
  nameColumn,
  textColumn,
  TimeFacts,
} from "@/components/columns";
import { CheckField, TextArea, TextField } from "@/components/form";
import { Card, Fact, Facts } from "@/components/page";
import { ResourceDialog } from "@/components/resource-dialog";
import { ResourceListPage, ResourcePage, type FormProps } from "@/components/resource-pages";
import type { Column } from "@/components/table";
import { AuditOf } from "../audit/of";
import { Members } from "./members";

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
  nameColumn("Group", "/agent-groups"),
  {
    id: "criteria",
    header: "Agents with",
    csv: (one) =>
      criteria(one)
        .map((pair) => pair.join(" "))
        .join(", "),
    cell: (one) => <Criteria one={one} />,
  },
  enabledColumn(),
  textColumn("description", "Description", (one) => one.description),
  createdColumn(),
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

function GroupDialog(props: FormProps<AgentGroup>) {
  return (
    <ResourceDialog
      kind="agent_group"
      {...props}
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

export const GroupList = () => (
  <ResourceListPage
    kind="agent_group"
    columns={COLUMNS}
    hint="A renewal policy can be limited to a group of agents."
    Form={GroupDialog}
  />
);

export const GroupPage = () => (
  <ResourcePage
    kind="agent_group"
    Form={GroupDialog}
    badges={(one) => <Enabled one={one} />}
    deletion={() => (
      <p>The agents stay. Renewal policies that are limited to the group must be changed first.</p>
    )}
  >
    {(one) => (
      <div className="space-y-4">
        <Card title="About">
          <Facts>
            <Fact name="Description">{one.description || "—"}</Fact>
            <Fact name="Agents with">
              <Criteria one={one} />
            </Fact>
            <TimeFacts one={one} />
          </Facts>
        </Card>
        <Members id={one.id} />
        <AuditOf type="agent_group" id={one.id} />
      </div>
    )}
  </ResourcePage>
);
