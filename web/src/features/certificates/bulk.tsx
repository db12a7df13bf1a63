import { Ban, RefreshCcw, UserRound } from "lucide-react";
import { useState, type ReactNode } from "react";
import { api, call } from "@/api/client";
import type { Permission, RevocationReason } from "@/api/schema";
import { Button } from "@/components/button";
import { Field } from "@/components/form";
import { ReferenceSelect } from "@/components/refs";
import { useCan } from "@/lib/session";
import { Previewed } from "../operations/previewed";
import { setOf, type CertificateSet } from "../operations/set";
import { ReasonField } from "../revocation/reason-field";
import { reasonsAfter } from "../revocation/reasons";

interface BulkProps {
  ids: readonly string[];
  filters: Readonly<Record<string, string>>;
  total: number;
  clear: () => void;
}

interface DialogProps {
  set: CertificateSet;
  clear: () => void;
  onClose: () => void;
}

const ACTIONS: readonly {
  name: string;
  label: string;
  needs: Permission;
  icon: ReactNode;
  danger?: boolean;
  Dialog: (props: DialogProps) => ReactNode;
}[] = [
  {
    name: "renew",
    label: "Renew",
    needs: "certificate.renew",
    icon: <RefreshCcw aria-hidden className="size-3.5" />,
    Dialog: RenewMany,
  },
  {
    name: "reassign",
    label: "Give to another owner",
    needs: "certificate.write",
    icon: <UserRound aria-hidden className="size-3.5" />,
    Dialog: ReassignMany,
  },
  {
    name: "revoke",
    label: "Revoke",
    needs: "certificate.revoke_bulk",
    icon: <Ban aria-hidden className="size-3.5" />,
    danger: true,
    Dialog: RevokeMany,
  },
];

/** Whether the role may do anything with many certificates at once. */
export function mayBulk(can: (permission: Permission) => boolean): boolean {
  return ACTIONS.some((action) => can(action.needs));
}

/** What can be done with many certificates at once. */
export function BulkActions({ ids, filters, total, clear }: BulkProps) {
  const can = useCan();
  const [open, setOpen] = useState<string>();
  const chosen = ACTIONS.find((action) => action.name === open);
  return (
    <>
      {ACTIONS.filter((action) => can(action.needs)).map((action) => (
        <Button
          key={action.name}
          small
          variant={action.danger ? "danger" : "plain"}
          icon={action.icon}
          onClick={() => setOpen(action.name)}
        >
          {action.label}
        </Button>
      ))}
      {chosen && (
        <chosen.Dialog set={setOf(ids, filters, total)} clear={clear} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
}

const WAIT = { query: { wait: "10s" } } as const;
const headers = (key?: string) => (key ? { "Idempotency-Key": key } : {});

function RenewMany(props: DialogProps) {
  return (
    <Previewed
      title="Renew certificates"
      verb="Renew"
      {...props}
      run={(body, key) =>
        call(api.POST("/api/v1/certificates/bulk-renew", { params: WAIT, body, headers: headers(key) }))
      }
    />
  );
}

function ReassignMany(props: DialogProps) {
  const [owner, setOwner] = useState("");
  const [team, setTeam] = useState("");
  return (
    <Previewed
      title="Give certificates to another owner"
      verb="Reassign"
      {...props}
      // Its owner and team say what becomes of the certificates, not which ones are meant.
      set={{ ...props.set, matching: undefined }}
      run={({ certificate_ids, dry_run, expected_count }, key) =>
        call(
          api.POST("/api/v1/certificates/bulk-reassign", {
            params: WAIT,
            body: {
              certificate_ids: certificate_ids ?? [],
              owner_id: owner,
              team_id: team || null,
              dry_run,
              expected_count,
            },
            headers: headers(key),
          }),
        )
      }
      ready={owner !== ""}
      input={`${owner} ${team}`}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Owner" required>
          {(parts) => (
            <ReferenceSelect id={parts.id} of="owner" value={owner} onChange={setOwner} any="Choose…" />
          )}
        </Field>
        <Field label="Team">
          {(parts) => (
            <ReferenceSelect id={parts.id} of="team" value={team} onChange={setTeam} any="As before" />
          )}
        </Field>
      </div>
    </Previewed>
  );
}

function RevokeMany(props: DialogProps) {
  const [reason, setReason] = useState<RevocationReason | "">("");
  return (
    <Previewed
      title="Revoke certificates"
      verb="Revoke"
      danger
      {...props}
      run={(body, key) =>
        call(
          api.POST("/api/v1/certificates/bulk-revoke", {
            params: WAIT,
            body: { ...body, reason: reason || "unspecified" },
            headers: headers(key),
          }),
        )
      }
      ready={reason !== ""}
      input={reason}
    >
      <ReasonField value={reason} onChange={setReason} reasons={reasonsAfter(undefined)} />
      <p>
        Every valid leaf of each goes. What is archived or revoked already is skipped. The operation can be
        paused; what was revoked by then stays revoked.
      </p>
    </Previewed>
  );
}
