import { useState } from "react";
import { api, call, fetchBlob } from "@/api/client";
import type { Certificate } from "@/api/schema";
import { Button } from "@/components/button";
import { Confirm, Dialog } from "@/components/dialog";
import { CheckField, TextArea, TextField } from "@/components/form";
import { TextLink } from "@/components/page";
import { Problem } from "@/components/problem";
import { useToast } from "@/components/toast";
import { save } from "@/lib/csv";
import { useChange } from "@/lib/queries";
import { count } from "@/lib/words";

/** What an action makes old. */
export const TOUCHES = [["certificates"], ["jobs"], ["statistics"]] as const;

interface ActionProps {
  certificate: Certificate;
  onClose: () => void;
}

export function Renew({ certificate: one, onClose }: ActionProps) {
  const tell = useToast();
  const [force, setForce] = useState(false);
  const [override, setOverride] = useState(false);
  const [reason, setReason] = useState("");
  const renew = useChange(
    () =>
      call(
        api.POST("/api/v1/certificates/{id}/renew", {
          params: { path: { id: one.id } },
          body: { force, override, reason: reason || null },
        }),
      ),
    TOUCHES,
    (accepted) => {
      tell(
        <>
          The renewal is queued: <TextLink to={`/jobs/${accepted.job_id}`}>watch it</TextLink>
        </>,
      );
      onClose();
    },
  );
  return (
    <Dialog
      title={`Renew ${one.common_name}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            busy={renew.isPending}
            disabled={override && reason.trim() === ""}
            onClick={() => renew.mutate(undefined)}
          >
            Renew now
          </Button>
        </>
      }
    >
      <div className="space-y-4 text-[13px]">
        <p>
          Each agent that holds a key makes a new one, and the new certificate is deployed to{" "}
          {count(one.target_ids.length, "target")}. What is served now stays until the new one is proved.
        </p>
        <CheckField
          label="Even during a freeze"
          hint="Freezes of the renewal policy are passed over."
          value={force}
          onChange={setForce}
        />
        <CheckField
          label="Even beyond the limit of issuances"
          hint="For when too much was issued for the same names. Needs a reason."
          value={override}
          onChange={setOverride}
        />
        {override && <TextField label="Reason" required value={reason} onChange={setReason} />}
        {renew.isError && <Problem error={renew.error} />}
      </div>
    </Dialog>
  );
}

export function Deploy({ certificate: one, onClose }: ActionProps) {
  const tell = useToast();
  const deploy = useChange(
    () => call(api.POST("/api/v1/certificates/{id}/deploy", { params: { path: { id: one.id } }, body: {} })),
    TOUCHES,
    (accepted) => {
      tell(`${count(accepted.jobs.length, "deployment")} queued.`);
      onClose();
    },
  );
  return (
    <Confirm
      title={`Deploy ${one.common_name}`}
      action="Deploy"
      busy={deploy.isPending}
      error={deploy.error}
      onConfirm={() => deploy.mutate(undefined)}
      onClose={onClose}
    >
      <p>
        The newest version is deployed again to {count(one.target_ids.length, "target")} and checked there.
      </p>
    </Confirm>
  );
}

export function PauseRenewal({ certificate: one, onClose }: ActionProps) {
  const [reason, setReason] = useState("");
  const pause = useChange(
    () =>
      call(
        api.POST("/api/v1/certificates/{id}/pause", { params: { path: { id: one.id } }, body: { reason } }),
      ),
    TOUCHES,
    onClose,
  );
  return (
    <Confirm
      title={`Pause the renewal of ${one.common_name}`}
      action="Pause"
      busy={pause.isPending}
      error={pause.error}
      disabled={reason.trim() === ""}
      onConfirm={() => pause.mutate(undefined)}
      onClose={onClose}
    >
      <p>It is not renewed by itself until somebody resumes it, and ends as it stands.</p>
      <TextArea label="Reason" required value={reason} onChange={setReason} />
    </Confirm>
  );
}

export function ArchiveIt({ certificate: one, onClose }: ActionProps) {
  const tell = useToast();
  const archive = useChange(
    () => call(api.DELETE("/api/v1/certificates/{id}", { params: { path: { id: one.id } } })),
    TOUCHES,
    () => {
      tell("The certificate is in the archive.");
      onClose();
    },
  );
  return (
    <Confirm
      title={`Archive ${one.common_name}`}
      action="Archive"
      danger
      typed={one.name}
      busy={archive.isPending}
      error={archive.error}
      onConfirm={() => archive.mutate(undefined)}
      onClose={onClose}
    >
      <p>
        It is not renewed or deployed any more. What {count(one.target_ids.length, "target")} serve stays
        there and ends by itself. It can be taken out of the archive again.
      </p>
    </Confirm>
  );
}

export function Pkcs12({ certificate: one, onClose }: ActionProps) {
  const [password, setPassword] = useState("");
  const fetched = useChange(
    () =>
      fetchBlob(`/api/v1/certificates/${one.id}/export/pkcs12`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ password }),
      }),
    [],
    (file) => {
      save(`${one.name}.p12`, file);
      onClose();
    },
  );
  return (
    <Confirm
      title="Save as PKCS #12"
      action="Save"
      busy={fetched.isPending}
      error={fetched.error}
      disabled={password === ""}
      onConfirm={() => fetched.mutate(undefined)}
      onClose={onClose}
    >
      <p>
        The file holds the certificate and its chain. The private key never leaves its agent, so it is not in
        it.
      </p>
      <TextField
        label="Password of the file"
        type="password"
        required
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
      />
    </Confirm>
  );
}
