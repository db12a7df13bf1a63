import { useState } from "react";
import type { Team, TeamRequest } from "@/api/schema";
import type { Row } from "@/api/lists";
import { Button } from "@/components/button";
import { DeleteButton } from "@/components/delete-button";
import { TextArea, TextField } from "@/components/form";
import { ObjectPage } from "@/components/object-page";
import { Card, Fact, Facts, PageHeader, TextLink } from "@/components/page";
import { Empty } from "@/components/problem";
import { ResourceDialog } from "@/components/resource-dialog";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Time } from "@/components/time";
import { useCan } from "@/lib/session";
import { AuditOf } from "../audit/of";

const COLUMNS: readonly Column<Row<"/api/v1/teams">>[] = [
  {
    id: "name",
    header: "Team",
    fixed: true,
    csv: (one) => one.name,
    cell: (one) => <TextLink to={`/teams/${one.id}`}>{one.name}</TextLink>,
  },
  {
    id: "description",
    header: "Description",
    csv: (one) => one.description,
    cell: (one) => one.description || "—",
  },
  {
    id: "certificates",
    header: "Certificates",
    cell: (one) => <TextLink to={`/certificates?team_id=${one.id}`}>Show</TextLink>,
  },
  {
    id: "created",
    header: "Created",
    csv: (one) => one.created_at,
    cell: (one) => <Time at={one.created_at} />,
  },
];

function TeamDialog({ id, onClose }: { id?: string; onClose: () => void }) {
  return (
    <ResourceDialog
      noun="team"
      queryKey="teams"
      item="/api/v1/teams/{id}"
      collection="/api/v1/teams"
      id={id}
      fresh={{ name: "", description: "" }}
      read={(one: Team) => ({ name: one.name, description: one.description })}
      write={(values): TeamRequest => values}
      missing={(values) => (values.name.trim() === "" ? "Still needed: name" : undefined)}
      places={["name", "description"]}
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
            value={values.description}
            onChange={(value) => set("description", value)}
            error={at("description")}
          />
        </>
      )}
    </ResourceDialog>
  );
}

export function TeamList() {
  const can = useCan();
  const [isCreating, setCreating] = useState(false);
  const create = can("governance.write") && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      New team
    </Button>
  );
  return (
    <>
      <PageHeader title="Teams" actions={create} />
      <ResourceList
        path="/api/v1/teams"
        noun="team"
        columns={COLUMNS}
        rowLink={(one) => `/teams/${one.id}`}
        empty={<Empty title="No teams yet" action={create} />}
      />
      {isCreating && <TeamDialog onClose={() => setCreating(false)} />}
    </>
  );
}

export function TeamPage() {
  const can = useCan();
  const [isEditing, setEditing] = useState(false);
  return (
    <ObjectPage
      path="/api/v1/teams/{id}"
      queryKey="teams"
      noun="Team"
      crumb={{ to: "/teams", label: "Teams" }}
      actions={(one) =>
        can("governance.write") && (
          <>
            <Button onClick={() => setEditing(true)}>Edit</Button>
            <DeleteButton
              noun="team"
              name={one.name}
              id={one.id}
              path="/api/v1/teams/{id}"
              queryKey="teams"
              to="/teams"
            >
              <p>Owners and certificates of the team must be moved first; the server refuses otherwise.</p>
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
              <Fact name="Certificates">
                <TextLink to={`/certificates?team_id=${one.id}`}>Show them</TextLink>
              </Fact>
              <Fact name="Owners">
                <TextLink to={`/owners?team_id=${one.id}`}>Show them</TextLink>
              </Fact>
              <Fact name="Created">
                <Time at={one.created_at} />
              </Fact>
              <Fact name="Changed">
                <Time at={one.updated_at} />
              </Fact>
            </Facts>
          </Card>
          <AuditOf type="team" id={one.id} />
          {isEditing && <TeamDialog id={one.id} onClose={() => setEditing(false)} />}
        </div>
      )}
    </ObjectPage>
  );
}
