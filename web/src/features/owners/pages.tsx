import { useState } from "react";
import type { Owner, OwnerRequest } from "@/api/schema";
import type { Row } from "@/api/lists";
import { Button } from "@/components/button";
import { DeleteButton } from "@/components/delete-button";
import { Field, TextField } from "@/components/form";
import { ObjectPage } from "@/components/object-page";
import { Card, Fact, Facts, PageHeader, TextLink } from "@/components/page";
import { Empty } from "@/components/problem";
import { Ref, ReferenceSelect } from "@/components/refs";
import { ResourceDialog } from "@/components/resource-dialog";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Time } from "@/components/time";
import { useCan } from "@/lib/session";
import { AuditOf } from "../audit/of";

const COLUMNS: readonly Column<Row<"/api/v1/owners">>[] = [
  {
    id: "name",
    header: "Owner",
    fixed: true,
    csv: (one) => one.name,
    cell: (one) => <TextLink to={`/owners/${one.id}`}>{one.name}</TextLink>,
  },
  { id: "email", header: "E-mail", csv: (one) => one.email, cell: (one) => one.email || "—" },
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
  {
    id: "created",
    header: "Created",
    csv: (one) => one.created_at,
    cell: (one) => <Time at={one.created_at} />,
  },
];

export function OwnerDialog(props: { id?: string; onClose: () => void; onDone?: (one: Owner) => void }) {
  return (
    <ResourceDialog
      noun="owner"
      queryKey="owners"
      item="/api/v1/owners/{id}"
      collection="/api/v1/owners"
      id={props.id}
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
      onClose={props.onClose}
      onDone={props.onDone}
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

export function OwnerList() {
  const can = useCan();
  const [isCreating, setCreating] = useState(false);
  const create = can("governance.write") && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      New owner
    </Button>
  );
  return (
    <>
      <PageHeader title="Owners" actions={create} />
      <ResourceList
        path="/api/v1/owners"
        noun="owner"
        columns={COLUMNS}
        filters={[{ kind: "reference", name: "team_id", label: "Team", of: "team" }]}
        rowLink={(one) => `/owners/${one.id}`}
        empty={<Empty title="No owners yet" action={create} />}
      />
      {isCreating && <OwnerDialog onClose={() => setCreating(false)} />}
    </>
  );
}

export function OwnerPage() {
  const can = useCan();
  const [isEditing, setEditing] = useState(false);
  return (
    <ObjectPage
      path="/api/v1/owners/{id}"
      queryKey="owners"
      noun="Owner"
      crumb={{ to: "/owners", label: "Owners" }}
      actions={(one) =>
        can("governance.write") && (
          <>
            <Button onClick={() => setEditing(true)}>Edit</Button>
            <DeleteButton
              noun="owner"
              name={one.name}
              id={one.id}
              path="/api/v1/owners/{id}"
              queryKey="owners"
              to="/owners"
            >
              <p>
                Certificates of the owner must be given to another one first:{" "}
                <TextLink to={`/certificates?owner_id=${one.id}`}>choose them in the list</TextLink>.
              </p>
            </DeleteButton>
          </>
        )
      }
    >
      {(one) => (
        <div className="space-y-4">
          <Card title="About">
            <Facts>
              <Fact name="E-mail">{one.email || "—"}</Fact>
              <Fact name="Team">
                <Ref of="team" id={one.team_id} />
              </Fact>
              <Fact name="Certificates">
                <TextLink to={`/certificates?owner_id=${one.id}`}>Show them</TextLink>
              </Fact>
              <Fact name="Created">
                <Time at={one.created_at} />
              </Fact>
              <Fact name="Changed">
                <Time at={one.updated_at} />
              </Fact>
            </Facts>
          </Card>
          <AuditOf type="owner" id={one.id} />
          {isEditing && <OwnerDialog id={one.id} onClose={() => setEditing(false)} />}
        </div>
      )}
    </ObjectPage>
  );
}
