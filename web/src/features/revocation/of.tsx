import { Undo2 } from "lucide-react";
import { useState } from "react";
import { useItem } from "@/api/objects";
import type { Certificate } from "@/api/schema";
import { Button } from "@/components/button";
import { Card, Fact, Facts, TextLink } from "@/components/page";
import { Empty, Problem, Skeleton } from "@/components/problem";
import { Ref } from "@/components/refs";
import { Table } from "@/components/table";
import { Time } from "@/components/time";
import { useCan } from "@/lib/session";
import { count } from "@/lib/words";
import { useVersions } from "../certificates/queries";
import { newestOf, publishesCrls } from "../crl/addresses";
import { CrlAge } from "../crl/age";
import { REVOCATION_COLUMNS } from "./columns";
import { UnholdDialog } from "./dialog";
import { OcspCheck } from "./ocsp";
import { useCrls, useRevocations } from "./queries";
import { REASONS, reasonText } from "./reasons";

/** When, why and by whom a certificate was revoked, and whether every CA knows. */
export function RevokedBanner({ certificate: one }: { certificate: Certificate }) {
  const revocations = useRevocations(one.id, Boolean(one.revoked_at));
  if (!one.revoked_at || !one.revocation_reason) return null;
  const inForce = revocations.data?.data.filter((row) => row.in_force) ?? [];
  const untold = inForce.filter((row) => !row.issuer_notified);
  const when = (REASONS as Readonly<Record<string, { when: string } | undefined>>)[one.revocation_reason]
    ?.when;
  const isHold = one.revocation_reason === "certificateHold";
  const error = untold.find((row) => row.last_notify_error)?.last_notify_error;
  return (
    <div
      role="status"
      className="mb-4 space-y-1 rounded-md border border-bad/30 bg-bad-soft px-3 py-2 text-[13px]"
    >
      <p>
        <b>{isHold ? "On hold" : "Revoked"}</b> <Time at={one.revoked_at} />
        {inForce[0] && ` by ${inForce[0].revoked_by}`}
        {!isHold && <>: {reasonText(one.revocation_reason)}</>}. <span className="text-muted">{when}</span>
      </p>
      {untold.length > 0 && (
        <p>
          {count(untold.length, "revocation is", "revocations are")} not known to the CA yet
          {error && `: ${error}`}.{" "}
          <TextLink to={`/certificates/${one.id}?tab=revocation`}>See when it is told</TextLink>
        </p>
      )}
    </div>
  );
}

/** Every revocation of the certificate, and what relying parties are told. */
export function RevocationOf({ certificate: one }: { certificate: Certificate }) {
  const can = useCan();
  const [isLifting, setLifting] = useState(false);
  const revocations = useRevocations(one.id);
  if (revocations.isError)
    return <Problem error={revocations.error} onRetry={() => void revocations.refetch()} />;
  const rows = revocations.data?.data ?? [];
  const isHeld = rows.some((row) => row.in_force && row.reason === "certificateHold");
  return (
    <div className="space-y-4">
      <Card
        title="Revocations"
        flush
        actions={
          isHeld &&
          can("certificate.revoke") && (
            <Button small icon={<Undo2 aria-hidden className="size-3.5" />} onClick={() => setLifting(true)}>
              Lift the hold
            </Button>
          )
        }
      >
        <Table
          label="Revocations of the certificate"
          columns={REVOCATION_COLUMNS.filter((column) => column.id !== "certificate")}
          visibility={{ partition: false, since: rows.some((row) => row.invalidity_date) }}
          rows={rows}
          rowKey={(row) => row.id}
          isLoading={revocations.isPending}
          empty={<Empty title="No leaf of it was revoked" />}
        />
      </Card>
      <Told certificate={one} />
      {isLifting && <UnholdDialog certificate={one} onClose={() => setLifting(false)} />}
    </div>
  );
}

/** What a relying party reads about the newest leaf. */
function Told({ certificate: one }: { certificate: Certificate }) {
  const issuer = useItem("issuers", "/api/v1/issuers/{id}", one.issuer_id);
  const isLocal = issuer.data !== undefined && publishesCrls(issuer.data.type);
  const crls = useCrls(one.issuer_id, isLocal);
  const failed = issuer.isError ? issuer : crls;
  const newest = useVersions(one.id).data?.data[0];
  return (
    <Card title="What relying parties are told">
      {failed.isError && <Problem error={failed.error} onRetry={() => void failed.refetch()} />}
      {(issuer.isPending || (isLocal && crls.isPending)) && <Skeleton lines={3} />}
      {issuer.data && !isLocal && (
        <p className="text-[13px]">
          <Ref of="issuer" id={one.issuer_id} /> is a CA outside certctl, which publishes its own CRL and OCSP
          answers. Until it knows of a revocation, those call the certificate good.
        </p>
      )}
      {crls.data && (
        <Facts>
          <Fact name="CRL">
            <TextLink to={`/crl/${one.issuer_id}`}>
              {crls.data.crl_number ? `Number ${crls.data.crl_number.toLocaleString()}` : "None yet"}
            </TextLink>{" "}
            <CrlAge of={newestOf(crls.data) ?? crls.data} />
          </Fact>
          <Fact name="OCSP">
            {newest ? (
              <OcspCheck issuerId={newest.issuer_id} serial={newest.serial_number} />
            ) : (
              "Nothing was issued yet"
            )}
          </Fact>
        </Facts>
      )}
    </Card>
  );
}
