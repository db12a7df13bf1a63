import { Plus } from "lucide-react";
import { useState } from "react";
import { api, call } from "@/api/client";
import { roleValues, type ApiKeyCreated, type Role } from "@/api/schema";
import type { Row } from "@/api/lists";
import { Badge, StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { Snippet } from "@/components/copy";
import { Confirm, Dialog } from "@/components/dialog";
import { fieldErrors, isPlaced, SelectField, TextField, useForm } from "@/components/form";
import { PageHeader } from "@/components/page";
import { Empty, Problem } from "@/components/problem";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Time } from "@/components/time";
import { useToast } from "@/components/toast";
import { useChange } from "@/lib/queries";
import { serverNow } from "@/api/client";
import { fromLocalInput } from "@/lib/time";
import { words } from "@/lib/words";

type Key = Row<"/api/v1/api-keys">;

function state(one: Key): "Revoked" | "Expired" | "Active" {
  if (one.revoked_at) return "Revoked";
  return one.expires_at && Date.parse(one.expires_at) <= serverNow() ? "Expired" : "Active";
}

export function Component() {
  const [isCreating, setCreating] = useState(false);
  const [revoked, setRevoked] = useState<Key>();
  const columns: readonly Column<Key>[] = [
    {
      id: "name",
      header: "Key",
      fixed: true,
      csv: (one) => one.name,
      cell: (one) => <b className="font-medium">{one.name}</b>,
    },
    { id: "role", header: "Role", csv: (one) => one.role, cell: (one) => <Badge>{words(one.role)}</Badge> },
    { id: "identity", header: "Of", csv: (one) => one.identity, cell: (one) => one.identity },
    { id: "state", header: "State", csv: state, cell: (one) => <StatusBadge status={state(one)} /> },
    {
      id: "used",
      header: "Last used",
      csv: (one) => one.last_used_at,
      cell: (one) => <Time at={one.last_used_at} none="Never" />,
    },
    {
      id: "expires",
      header: "Ends",
      csv: (one) => one.expires_at,
      cell: (one) => <Time at={one.expires_at} none="Never" />,
    },
    {
      id: "created",
      header: "Made",
      csv: (one) => one.created_at,
      cell: (one) => (
        <span>
          <Time at={one.created_at} /> by {one.created_by}
        </span>
      ),
    },
    {
      id: "actions",
      header: "",
      align: "right",
      cell: (one) =>
        !one.revoked_at && (
          <Button small variant="danger" onClick={() => setRevoked(one)}>
            Revoke
          </Button>
        ),
    },
  ];
  const create = (
    <Button
      variant="primary"
      icon={<Plus aria-hidden className="size-4" />}
      onClick={() => setCreating(true)}
    >
      New API key
    </Button>
  );
  return (
    <>
      <PageHeader
        title="API keys"
        subtitle="Whoever holds a key can do what its role can."
        actions={create}
      />
      <ResourceList
        path="/api/v1/api-keys"
        noun="key"
        columns={columns}
        empty={
          <Empty title="No keys in the database">
            The server&apos;s configuration may have some of its own.
          </Empty>
        }
      />
      {isCreating && <Create onClose={() => setCreating(false)} />}
      {revoked && <Revoke target={revoked} onClose={() => setRevoked(undefined)} />}
    </>
  );
}

const ROLES: Readonly<Record<Role, string>> = {
  viewer: "reads everything but secrets",
  operator: "reads and operates",
  approver: "reads and decides approval requests",
  admin: "may do everything",
  metrics: "reads metrics and nothing else",
};

function Create({ onClose }: { onClose: () => void }) {
  const form = useForm<{ name: string; role: Role; identity: string; expires_at: string }>({
    name: "",
    role: "operator",
    identity: "",
    expires_at: "",
  });
  const [made, setMade] = useState<ApiKeyCreated>();
  const create = useChange(
    () =>
      call(
        api.POST("/api/v1/api-keys", {
          body: {
            name: form.values.name,
            role: form.values.role,
            identity: form.values.identity || null,
            expires_at: fromLocalInput(form.values.expires_at) ?? null,
          },
        }),
      ),
    [["api-keys"]],
    setMade,
  );
  const at = fieldErrors(create.error);
  if (made) {
    return (
      <Dialog
        title={`The key ${made.name}`}
        onClose={onClose}
        actions={<Button onClick={onClose}>I have kept it</Button>}
      >
        <div className="space-y-3 text-[13px]">
          <p>This is the only time that the key is shown. Keep it where secrets are kept.</p>
          <Snippet label="API key" text={made.token} />
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      title="New API key"
      onClose={onClose}
      isDirty={form.isDirty}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            busy={create.isPending}
            disabled={form.values.name.trim() === ""}
            onClick={() => create.mutate(undefined)}
          >
            Create
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <TextField
          label="Name"
          required
          value={form.values.name}
          onChange={(value) => form.set("name", value)}
          hint="Becomes the actor in the audit trail."
          error={at("name")}
        />
        <SelectField
          label="Role"
          value={form.values.role}
          onChange={(value) => form.set("role", value as Role)}
          options={roleValues.map((role) => ({ value: role, label: `${words(role)}: ${ROLES[role]}` }))}
          error={at("role")}
        />
        <TextField
          label="Person or machine"
          value={form.values.identity}
          onChange={(value) => form.set("identity", value)}
          hint="Two keys of one person count as one where two persons are needed. The name when left empty."
          error={at("identity")}
        />
        <TextField
          label="Ends"
          type="datetime-local"
          value={form.values.expires_at}
          onChange={(value) => form.set("expires_at", value)}
          hint={`In ${Intl.DateTimeFormat().resolvedOptions().timeZone}; never when left empty.`}
          error={at("expires_at")}
        />
        {create.isError && !isPlaced(create.error, ["name", "role", "identity", "expires_at"]) && (
          <Problem error={create.error} />
        )}
      </div>
    </Dialog>
  );
}

function Revoke({ target, onClose }: { target: Key; onClose: () => void }) {
  const tell = useToast();
  const revoke = useChange(
    () => call(api.DELETE("/api/v1/api-keys/{id}", { params: { path: { id: target.id } } })),
    [["api-keys"]],
    () => {
      tell(`The key ${target.name} works no more.`);
      onClose();
    },
  );
  return (
    <Confirm
      title={`Revoke ${target.name}`}
      action="Revoke"
      danger
      typed={target.name}
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate(undefined)}
      onClose={onClose}
    >
      <p>It stops working at once and for good, with every session that was opened with it.</p>
    </Confirm>
  );
}
