import type { Row } from "@/api/lists";
import type { Team, TeamRequest } from "@/api/schema";
import { createdColumn, LinkFact, nameColumn, textColumn, TimeFacts } from "@/components/columns";
import { TextArea, TextField } from "@/components/form";
import { Card, Fact, Facts, TextLink } from "@/components/page";
import { ResourceDialog } from "@/components/resource-dialog";
import { ResourceListPage, ResourcePage, type FormProps } from "@/components/resource-pages";
import type { Column } from "@/components/table";
import { AuditOf } from "../audit/of";

const COLUMNS: readonly Column<Row<"/api/v1/teams">>[] = [
  nameColumn("Team", "/teams"),
  textColumn("description", "Description", (one) => one.description),
  {
    id: "certificates",
    header: "Certificates",
    cell: (one) => <TextLink to={`/certificates?team_id=${one.id}`}>Show</TextLink>,
  },
  createdColumn(),
];

function TeamDialog(props: FormProps<Team>) {
  return (
    <ResourceDialog
      kind="team"
      {...props}
      fresh={{ name: "", description: "" }}
      read={(one: Team) => ({ name: one.name, description: one.description })}
      write={(values): TeamRequest => values}
      missing={(values) => (values.name.trim() === "" ? "Still needed: name" : undefined)}
      places={["name", "description"]}
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

export const TeamList = () => <ResourceListPage kind="team" columns={COLUMNS} Form={TeamDialog} />;

export const TeamPage = () => (
  <ResourcePage
    kind="team"
    Form={TeamDialog}
    deletion={() => (
      <p>Owners and certificates of the team must be moved first; the server refuses otherwise.</p>
    )}
  >
    {(one) => (
      <div className="space-y-4">
        <Card title="About">
          <Facts>
            <Fact name="Description">{one.description || "—"}</Fact>
            <LinkFact name="Certificates" to={`/certificates?team_id=${one.id}`} />
            <LinkFact name="Owners" to={`/owners?team_id=${one.id}`} />
            <TimeFacts one={one} />
          </Facts>
        </Card>
        <AuditOf type="team" id={one.id} />
      </div>
    )}
  </ResourcePage>
);
