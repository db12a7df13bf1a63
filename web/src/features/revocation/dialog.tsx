import { useState } from "react";
import { api, call } from "@/api/client";
import {
  revokeScopeValues,
  type Certificate,
  type RevocationReason,
  type RevokeRequest,
  type RevokeScope,
  type Sibling,
} from "@/api/schema";
import { Confirm } from "@/components/dialog";
import { fieldErrors, SelectField, TextField } from "@/components/form";
import { TextLink } from "@/components/page";
import { Problem, Skeleton } from "@/components/problem";
import { useIdempotencyKey } from "@/components/resource-dialog";
import { useToast } from "@/components/toast";
import { useChange } from "@/lib/queries";
import { day, fromLocalInput } from "@/lib/time";
import { count } from "@/lib/words";
import { useVersions } from "../certificates/queries";
import { Impact } from "./impact";
import { REVOCATION_TOUCHES, useRevocationPreview } from "./queries";
import { ReasonField } from "./reason-field";
import { reasonsAfter } from "./reasons";
import { SiblingDialog } from "./siblings";

const SCOPES: Readonly<Record<RevokeScope, string>> = {
  all: "Every leaf that has not ended: relying parties accept renewed predecessors, too",
  latest: "The newest leaf of each agent that holds a key",
  serial: "One leaf, by its serial number",
};

/** Revokes a certificate, after showing what that hits and having its name typed. */
export function RevokeDialog({
  certificate: one,
  onClose,
}: {
  certificate: Certificate;
  onClose: () => void;
}) {
  const before = one.status === "Revoked" ? one.revocation_reason : undefined;
  const reasons = reasonsAfter(before);
  const [reason, setReason] = useState<RevocationReason | "">(
    (reasons.length === 1 ? reasons[0] : undefined) ?? "",
  );
  const [scope, setScope] = useState<RevokeScope>("all");
  const [serial, setSerial] = useState("");
  const [since, setSince] = useState("");
  const [siblings, setSiblings] = useState<readonly Sibling[]>([]);
  const tell = useToast();
  const keyFor = useIdempotencyKey();

  const isWhole = reason !== "" && (scope !== "serial" || serial !== "");
  const wish: RevokeRequest | undefined = isWhole
    ? {
        reason,
        scope,
        ...(scope === "serial" ? { serial } : {}),
        ...(since ? { invalidity_date: fromLocalInput(since) } : {}),
      }
    : undefined;
  const preview = useRevocationPreview(one.id, wish);
  const revoke = useChange(
    async (body: RevokeRequest) => {
      const answer = await call(
        api.POST("/api/v1/certificates/{id}/revoke", {
          params: { path: { id: one.id } },
          body,
          headers: { "Idempotency-Key": keyFor(body) },
        }),
      );
      return "revocations" in answer ? answer : undefined;
    },
    REVOCATION_TOUCHES,
    (answer, body) => {
      tell(`Revoked: ${count(answer?.revocations.length ?? 0, "leaf", "leaves")} of ${one.common_name}.`);
      if (body.reason === "keyCompromise" && answer && answer.siblings.length > 0) {
        setSiblings(answer.siblings);
      } else {
        onClose();
      }
    },
  );
  if (siblings.length > 0) return <SiblingDialog siblings={siblings} onClose={onClose} />;
  const at = fieldErrors(preview.error ?? revoke.error);
  return (
    <Confirm
      title={`Revoke ${one.common_name}`}
      action="Revoke"
      danger
      wide
      typed={one.name}
      busy={revoke.isPending}
      error={revoke.error}
      disabled={wish === undefined || !preview.data || preview.isFetching}
      onConfirm={() => wish && revoke.mutate(wish)}
      onClose={onClose}
    >
      <ReasonField value={reason} onChange={setReason} reasons={reasons} error={at("reason")} />
      {reason === "keyCompromise" && <Compromise />}
      <div className="grid gap-3 sm:grid-cols-2">
        <SelectField
          label="Scope"
          value={scope}
          onChange={(value) => setScope(revokeScopeValues.find((known) => known === value) ?? "all")}
          options={revokeScopeValues.map((value) => ({ value, label: SCOPES[value] }))}
          error={at("scope")}
        />
        <TextField
          label="Not to be trusted since"
          type="datetime-local"
          value={since}
          onChange={setSince}
          hint="When that is in the past: the key was lost then."
          error={at("invalidity_date")}
        />
      </div>
      {scope === "serial" && (
        <SerialField id={one.id} value={serial} onChange={setSerial} error={at("serial")} />
      )}
      {reason !== "certificateHold" && reason !== "" && (
        <p>
          It cannot be taken back. Programs that check neither CRLs nor OCSP go on trusting the certificate
          until it ends.
        </p>
      )}
      {wish && preview.isPending && <Skeleton lines={3} />}
      {preview.isError && <Problem error={preview.error} title="This cannot be revoked so" />}
      {preview.data && <Impact preview={preview.data} status={one.status} />}
    </Confirm>
  );
}

/** A service that must stay up needs its new certificate first. */
function Compromise() {
  return (
    <div role="note" className="rounded-md border border-warn/30 bg-warn-soft p-2.5">
      If the service must stay up, renew the certificate first; then revoke the old leaf alone, by its serial
      number. Otherwise it is out of service, and a new certificate takes its place.
    </div>
  );
}

function SerialField(props: {
  id: string;
  value: string;
  onChange: (value: string) => void;
  error?: string;
}) {
  const versions = useVersions(props.id);
  return (
    <>
      <SelectField
        label="Leaf"
        required
        value={props.value}
        onChange={props.onChange}
        none={versions.isPending ? "Loading…" : "Choose…"}
        options={(versions.data?.data ?? []).map((version) => ({
          value: version.serial_number,
          label: `${version.serial_number}, ${day(version.created_at)} to ${day(version.not_after)}`,
        }))}
        error={props.error}
      />
      {versions.isError && <Problem error={versions.error} />}
    </>
  );
}

/** Takes a hold back, the only revocation for which that is possible. */
export function UnholdDialog({
  certificate: one,
  onClose,
}: {
  certificate: Certificate;
  onClose: () => void;
}) {
  const tell = useToast();
  const unhold = useChange(
    () => call(api.POST("/api/v1/certificates/{id}/unhold", { params: { path: { id: one.id } } })),
    REVOCATION_TOUCHES,
    () => {
      tell("The hold is lifted.");
      onClose();
    },
  );
  return (
    <Confirm
      title={`Lift the hold of ${one.common_name}`}
      action="Lift the hold"
      busy={unhold.isPending}
      error={unhold.error}
      onConfirm={() => unhold.mutate(undefined)}
      onClose={onClose}
    >
      <p>
        The next CRL does not list it any more, and OCSP calls it good. It is renewed by itself again.{" "}
        <TextLink to={`/certificates/${one.id}?tab=revocation`}>See what is on hold</TextLink>.
      </p>
    </Confirm>
  );
}
