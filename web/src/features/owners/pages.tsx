import type { Row } from "@/api/lists";
import type { Owner, OwnerRequest } from "@/api/schema";
import { createdColumn, LinkFact, nameColumn, textColumn, TimeFacts } from "@/components/columns";
import { Field, TextField } from "@/components/form";
import { Card, Fact, Facts, TextLink } from "@/components/page";
import { Ref, ReferenceSelect } from "@/components/refs";
import { ResourceDialog } from "@/components/resource-dialog";
import { ResourceListPage, ResourcePage, type FormProps } from "@/components/resource-pages";
import type { Column } from "@/components/table";
import { AuditOf } from "../audit/of";

const COLUMNS: readonly Column<Row<"/api/v1/owners">>[] = [
  nameColumn("Owner", "/owners"),
  textColumn("email", "E-mail", (one) => one.email),
  {
    id: "team",
    header: "Team",
    csv: (one) => one.team_id,
    cell: (one) => <Ref of="team" id={one.team_id} />,
  },
  {
    id: "certificates",
    header: "Certificates",
    cell: (one) => <TextLink to={`/certificates?owner_id=${one.id}`}>Show</TextLink>,
  },
  createdColumn(),
];

export function OwnerDialog(props: FormProps<Owner>) {
  return (
    <ResourceDialog
      kind="owner"
      {...props}
      fresh={{ name: "", email: "", team_id: "" }}
      read={(one: Owner) => ({ name: one.name, email: one.email, team_id: one.team_id })}
      write={(values): OwnerRequest => values}
      missing={(values) =>
        values.name.trim() === ""
          ? "Still needed: name"
          : values.team_id === ""
            ? "Still needed: team"
            : undefined
      }
      places={["name", "email", "team_id"]}
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
          <TextField
            label="E-mail"
            type="email"
            value={values.email}
            onChange={(value) => set("email", value)}
            hint="Where notifications and the digest go."
            error={at("email")}
          />
          <Field label="Team" required error={at("team_id")}>
            {(parts) => (
              <ReferenceSelect
                id={parts.id}
                of="team"
                value={values.team_id}
                onChange={(value) => set("team_id", value)}
                any="Choose…"
                invalid={parts["aria-invalid"]}
              />
            )}
          </Field>
        </>
      )}
    </ResourceDialog>
  );
}

export const OwnerList = () => (
  <ResourceListPage
    kind="owner"
    columns={COLUMNS}
    filters={[{ kind: "reference", name: "team_id", label: "Team", of: "team" }]}
    Form={OwnerDialog}
  />
);

export const OwnerPage = () => (
  <ResourcePage
    kind="owner"
    Form={OwnerDialog}
    deletion={(one) => (
      <p>
        Certificates of the owner must be given to another one first:{" "}
        <TextLink to={`/certificates?owner_id=${one.id}`}>choose them in the list</TextLink>.
      </p>
    )}
  >
    {(one) => (
      <div className="space-y-4">
        <Card title="About">
          <Facts>
            <Fact name="E-mail">{one.email || "—"}</Fact>
            <Fact name="Team">
              <Ref of="team" id={one.team_id} copy />
            </Fact>
            <LinkFact name="Certificates" to={`/certificates?owner_id=${one.id}`} />
            <TimeFacts one={one} />
          </Facts>
        </Card>
        <AuditOf type="owner" id={one.id} />
      </div>
    )}
  </ResourcePage>
);
