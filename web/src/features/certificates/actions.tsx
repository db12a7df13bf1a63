import {
  Archive,
  ArchiveRestore,
  Ban,
  ChevronDown,
  Download,
  Pause,
  Pencil,
  Play,
  RefreshCcw,
  Rocket,
  Undo2,
} from "lucide-react";
import { useState } from "react";
import { api, call, fetchBlob } from "@/api/client";
import type { Certificate } from "@/api/schema";
import { Button } from "@/components/button";
import { Menu, MenuItem, MenuLine } from "@/components/menu";
import { Problem } from "@/components/problem";
import { useToast } from "@/components/toast";
import { save } from "@/lib/csv";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { RevokeDialog, UnholdDialog } from "../revocation/dialog";
import { reasonsAfter } from "../revocation/reasons";
import { ArchiveIt, Deploy, PauseRenewal, Pkcs12, Renew, TOUCHES } from "./action-dialogs";
import { CertificateDialog } from "./form";

type Open = "renew" | "deploy" | "pause" | "edit" | "archive" | "pkcs12" | "revoke" | "unhold" | undefined;

/** Everything that can be done with one certificate, as far as the role allows it. */
export function Actions({ certificate: one }: { certificate: Certificate }) {
  const can = useCan();
  const tell = useToast();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const params = { path: { id: one.id } };
  const unpause = useChange(
    () => call(api.POST("/api/v1/certificates/{id}/unpause", { params })),
    TOUCHES,
    () => tell("The certificate is renewed by itself again."),
  );
  const unarchive = useChange(
    () => call(api.POST("/api/v1/certificates/{id}/unarchive", { params })),
    TOUCHES,
    () => tell("The certificate is managed again."),
  );
  const pem = useChange(
    () => fetchBlob(`/api/v1/certificates/${one.id}/export/pem?download=true`),
    [],
    (file) => save(`${one.name}.pem`, file),
  );
  const isArchived = one.status === "Archived";
  const isRevoked = one.status === "Revoked";
  const isOver = isArchived || isRevoked;
  const isHeld = isRevoked && one.revocation_reason === "certificateHold";
  const mayRevoke =
    can("certificate.revoke") &&
    !isArchived &&
    Boolean(one.expires_at) &&
    (!isRevoked || reasonsAfter(one.revocation_reason).length > 0);
  const failed = [unpause, unarchive, pem].find((change) => change.isError);
  return (
    <>
      {failed && <Problem error={failed.error} />}
      {can("certificate.renew") && (
        <Button
          variant="primary"
          icon={<RefreshCcw aria-hidden className="size-4" />}
          disabled={isOver || one.status === "RenewalInProgress"}
          title={one.status === "RenewalInProgress" ? "A renewal is under way" : undefined}
          onClick={() => setOpen("renew")}
        >
          Renew
        </Button>
      )}
      {can("certificate.deploy") && (
        <Button
          icon={<Rocket aria-hidden className="size-4" />}
          disabled={isOver}
          onClick={() => setOpen("deploy")}
        >
          Deploy
        </Button>
      )}
      {isHeld && can("certificate.revoke") && (
        <Button icon={<Undo2 aria-hidden className="size-4" />} onClick={() => setOpen("unhold")}>
          Lift the hold
        </Button>
      )}
      {(can("certificate.write") || can("certificate.export") || can("certificate.renew") || mayRevoke) && (
        <Menu trigger={<Button icon={<ChevronDown aria-hidden className="size-4" />}>More</Button>}>
          {can("certificate.write") && !isArchived && (
            <MenuItem onSelect={() => setOpen("edit")}>
              <Pencil aria-hidden className="size-4" /> Edit
            </MenuItem>
          )}
          {can("certificate.renew") &&
            !isOver &&
            (one.paused_at ? (
              <MenuItem onSelect={() => unpause.mutate(undefined)}>
                <Play aria-hidden className="size-4" /> Resume renewal
              </MenuItem>
            ) : (
              <MenuItem onSelect={() => setOpen("pause")}>
                <Pause aria-hidden className="size-4" /> Pause renewal
              </MenuItem>
            ))}
          {can("certificate.export") && one.expires_at && (
            <>
              <MenuItem onSelect={() => pem.mutate(undefined)}>
                <Download aria-hidden className="size-4" /> Save as PEM
              </MenuItem>
              <MenuItem onSelect={() => setOpen("pkcs12")}>
                <Download aria-hidden className="size-4" /> Save as PKCS #12
              </MenuItem>
            </>
          )}
          {(mayRevoke || can("certificate.write")) && <MenuLine />}
          {mayRevoke && (
            <MenuItem danger onSelect={() => setOpen("revoke")}>
              <Ban aria-hidden className="size-4" />
              {isHeld ? "Revoke for good" : isRevoked ? "Report a key compromise" : "Revoke"}
            </MenuItem>
          )}
          {can("certificate.write") && (
            <>
              {isArchived ? (
                <MenuItem onSelect={() => unarchive.mutate(undefined)}>
                  <ArchiveRestore aria-hidden className="size-4" /> Take out of the archive
                </MenuItem>
              ) : (
                <MenuItem danger onSelect={() => setOpen("archive")}>
                  <Archive aria-hidden className="size-4" /> Archive
                </MenuItem>
              )}
            </>
          )}
        </Menu>
      )}
      {open === "renew" && <Renew certificate={one} onClose={close} />}
      {open === "deploy" && <Deploy certificate={one} onClose={close} />}
      {open === "pause" && <PauseRenewal certificate={one} onClose={close} />}
      {open === "archive" && <ArchiveIt certificate={one} onClose={close} />}
      {open === "revoke" && <RevokeDialog certificate={one} onClose={close} />}
      {open === "unhold" && <UnholdDialog certificate={one} onClose={close} />}
      {open === "pkcs12" && <Pkcs12 certificate={one} onClose={close} />}
      {open === "edit" && <CertificateDialog id={one.id} onClose={close} />}
    </>
  );
}
