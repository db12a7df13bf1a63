import { Ban } from "lucide-react";
import { useState } from "react";
import { api, call } from "@/api/client";
import {
  revocationReasonValues,
  type RevocationReason,
  type RevocationRequest,
  type Sibling,
} from "@/api/schema";
import { Button } from "@/components/button";
import { Confirm } from "@/components/dialog";
import { Field, fieldErrors, SelectField, TextArea, TextField } from "@/components/form";
import { PageHeader } from "@/components/page";
import { Empty } from "@/components/problem";
import { ReferenceSelect } from "@/components/refs";
import { ResourceList } from "@/components/resource-list";
import { useToast } from "@/components/toast";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { REVOCATION_COLUMNS } from "./columns";
import { REVOCATION_TOUCHES } from "./queries";
import { ReasonField } from "./reason-field";
import { reasonsAfter, reasonText } from "./reasons";
import { SiblingDialog } from "./siblings";

/** Everything that was revoked, whether it is in the inventory or not. */
export function Component() {
  const can = useCan();
  const [isRevoking, setRevoking] = useState(false);
  return (
    <>
      <PageHeader
        title="Revocations"
        subtitle="Every leaf that was revoked, and whether its CA knows."
        actions={
          can("certificate.revoke") && (
            <Button
              variant="danger"
              icon={<Ban aria-hidden className="size-4" />}
              onClick={() => setRevoking(true)}
            >
              Revoke what is not in the inventory
            </Button>
          )
        }
      />
      <ResourceList
        path="/api/v1/revocations"
        noun="revocation"
        columns={REVOCATION_COLUMNS}
        filters={[
          { kind: "reference", name: "issuer_id", label: "Issuer", of: "issuer" },
          {
            kind: "choice",
            name: "reason",
            label: "Reason",
            values: revocationReasonValues,
            labels: Object.fromEntries(revocationReasonValues.map((reason) => [reason, reasonText(reason)])),
          },
          {
            kind: "choice",
            name: "issuer_notified",
            label: "CA",
            values: ["false", "true"],
            labels: { false: "Does not know yet", true: "Knows" },
          },
          {
            kind: "choice",
            name: "in_force",
            label: "State",
            values: ["true", "false"],
            labels: { true: "In force", false: "Hold lifted" },
          },
        ]}
        empty={<Empty title="Nothing was revoked yet">Open a certificate to revoke it.</Empty>}
      />
      {isRevoking && <RevokeOutsideDialog onClose={() => setRevoking(false)} />}
    </>
  );
}

/** Revokes by serial number, or by the certificate itself, whatever certctl has issued. */
export function RevokeOutsideDialog({ onClose }: { onClose: () => void }) {
  const tell = useToast();
  const [by, setBy] = useState<"serial" | "pem">("serial");
  const [issuer, setIssuer] = useState("");
  const [serial, setSerial] = useState("");
  const [pem, setPem] = useState("");
  const [reason, setReason] = useState<RevocationReason | "">("");
  const [siblings, setSiblings] = useState<readonly Sibling[]>([]);
  const revoke = useChange(
    (body: RevocationRequest) => call(api.POST("/api/v1/revocations", { body })),
    REVOCATION_TOUCHES,
    (done, body) => {
      tell("The certificate is revoked.");
      if (body.reason === "keyCompromise" && done.siblings.length > 0) setSiblings(done.siblings);
      else onClose();
    },
  );
  if (siblings.length > 0) return <SiblingDialog siblings={siblings} onClose={onClose} />;
  const isNamed = by === "serial" ? issuer !== "" && serial.trim() !== "" : pem.trim() !== "";
  const body = (): RevocationRequest => ({
    reason: reason || null,
    ...(by === "serial" ? { issuer_id: issuer, serial: serial.trim() } : { certificate_pem: pem }),
  });
  const at = fieldErrors(revoke.error);
  return (
    <Confirm
      title="Revoke what is not in the inventory"
      action="Revoke"
      danger
      typed="revoke"
      busy={revoke.isPending}
      error={revoke.error}
      disabled={!isNamed || reason === ""}
      onConfirm={() => revoke.mutate(body())}
      onClose={onClose}
    >
      <p>Everything that certctl has issued can be revoked, also when its certificate was removed.</p>
      <SelectField
        label="Named by"
        value={by}
        onChange={(value) => setBy(value === "pem" ? "pem" : "serial")}
        options={[
          { value: "serial", label: "Issuer and serial number" },
          { value: "pem", label: "The certificate itself" },
        ]}
      />
      {by === "serial" ? (
        <>
          <Field label="Issuer" required error={at("issuer_id")}>
            {(parts) => (
              <ReferenceSelect id={parts.id} of="issuer" value={issuer} onChange={setIssuer} any="Choose…" />
            )}
          </Field>
          <TextField
            label="Serial number"
            required
            mono
            value={serial}
            onChange={setSerial}
            placeholder="3a:7f:01"
            error={at("serial")}
          />
        </>
      ) : (
        <TextArea
          label="Certificate"
          required
          mono
          rows={6}
          value={pem}
          onChange={setPem}
          placeholder="-----BEGIN CERTIFICATE-----"
          error={at("certificate_pem")}
        />
      )}
      <ReasonField
        value={reason}
        onChange={setReason}
        reasons={reasonsAfter(undefined)}
        error={at("reason")}
      />
    </Confirm>
  );
}
