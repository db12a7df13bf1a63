import { useState } from "react";
import { useNavigate } from "react-router";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import type { Sibling } from "@/api/schema";
import { Button } from "@/components/button";
import { Code } from "@/components/copy";
import { Dialog, Typed } from "@/components/dialog";
import { TextLink } from "@/components/page";
import { Problem } from "@/components/problem";
import { Ref } from "@/components/refs";
import { useIdempotencyKey } from "@/components/resource-dialog";
import { useToast } from "@/components/toast";
import { Expiry } from "@/components/time";
import { useCan } from "@/lib/session";
import { count } from "@/lib/words";
import { REVOCATION_TOUCHES } from "./queries";

/** Other valid certificates with the same key. */
export function SiblingList({ siblings }: { siblings: readonly Sibling[] }) {
  return (
    <>
      {siblings.map((one) => (
        <li
          key={`${one.issuer_id} ${one.serial_number}`}
          className="flex flex-wrap items-center justify-between gap-x-3"
        >
          <span className="flex items-center gap-1.5">
            {one.certificate_id ? (
              <TextLink to={`/certificates/${one.certificate_id}`}>{one.certificate_id}</TextLink>
            ) : (
              <span className="text-muted">Not in the inventory</span>
            )}
            <Code text={one.serial_number} cut={14} />
          </span>
          <span className="flex items-center gap-2 text-[12.5px]">
            <Ref of="issuer" id={one.issuer_id} />
            {one.not_after && <Expiry at={one.not_after} />}
          </span>
        </li>
      ))}
    </>
  );
}

/** Certificates to revoke as a whole, and what can only be named by its number. */
export function planFor(siblings: readonly Sibling[]): { certificates: string[]; outside: Sibling[] } {
  const certificates = new Set(siblings.flatMap((one) => one.certificate_id ?? []));
  return { certificates: [...certificates], outside: siblings.filter((one) => !one.certificate_id) };
}

/** After a compromise: everything else that has the key, to be revoked at once. */
export function SiblingDialog({ siblings, onClose }: { siblings: readonly Sibling[]; onClose: () => void }) {
  const can = useCan();
  const tell = useToast();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const keyFor = useIdempotencyKey();
  const [isTyped, setTyped] = useState(false);
  const plan = planFor(siblings);
  const mayAll = plan.certificates.length === 0 || can("certificate.revoke_bulk");
  const revoke = useMutation({
    mutationFn: async () => {
      // Asking again changes nothing, so that a second try may begin anew.
      for (const one of plan.outside) {
        await call(
          api.POST("/api/v1/revocations", {
            body: { issuer_id: one.issuer_id, serial: one.serial_number, reason: "keyCompromise" },
          }),
        );
      }
      if (plan.certificates.length === 0) return undefined;
      return call(
        api.POST("/api/v1/certificates/bulk-revoke", {
          body: {
            reason: "keyCompromise",
            certificate_ids: plan.certificates,
            expected_count: plan.certificates.length,
          },
          headers: { "Idempotency-Key": keyFor(plan.certificates) },
        }),
      );
    },
    onSuccess: async (operation) => {
      await Promise.all(REVOCATION_TOUCHES.map((queryKey) => queries.invalidateQueries({ queryKey })));
      if (operation) void navigate(`/operations/${operation.id}`);
      else tell("Everything with the same key is revoked.");
      onClose();
    },
  });
  const number = siblings.length;
  return (
    <Dialog
      title="Others have the same key"
      onClose={onClose}
      wide
      actions={
        <>
          <Button onClick={onClose}>Not now</Button>
          {mayAll && (
            <Button
              variant="danger"
              busy={revoke.isPending}
              disabled={!isTyped}
              onClick={() => revoke.mutate()}
            >
              Revoke {count(number, "certificate")}
            </Button>
          )}
        </>
      }
    >
      <div className="space-y-3 text-[13px]">
        <p>
          The certificate is revoked. Whoever has its key can also pose as{" "}
          {count(number, "other certificate", "other certificates")}, which relying parties still trust:
        </p>
        <ul className="max-h-60 overflow-y-auto rounded-md border p-2">
          <SiblingList siblings={siblings} />
        </ul>
        {mayAll ? (
          <Typed text={String(number)} onChange={setTyped} />
        ) : (
          <p role="note">
            Revoking many at once is for administrators. Open each of them and revoke it, or ask one.
          </p>
        )}
        {revoke.isError && <Problem error={revoke.error} />}
      </div>
    </Dialog>
  );
}
