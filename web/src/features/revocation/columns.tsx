import type { Row } from "@/api/lists";
import { Badge } from "@/components/badge";
import { Code } from "@/components/copy";
import { TextLink } from "@/components/page";
import { Ref } from "@/components/refs";
import type { Column } from "@/components/table";
import { Expiry, Time } from "@/components/time";
import { Notified } from "./notified";
import { reasonText } from "./reasons";

type Revocation = Row<"/api/v1/revocations">;

export const REVOCATION_COLUMNS: readonly Column<Revocation>[] = [
  {
    id: "serial",
    header: "Serial number",
    fixed: true,
    csv: (one) => one.serial_number,
    cell: (one) => <Code text={one.serial_number} cut={18} />,
  },
  {
    id: "certificate",
    header: "Certificate",
    csv: (one) => one.certificate_id,
    cell: (one) =>
      one.certificate_id ? (
        <TextLink to={`/certificates/${one.certificate_id}?tab=revocation`}>{one.certificate_id}</TextLink>
      ) : (
        <span className="text-muted">Not in the inventory</span>
      ),
  },
  {
    id: "reason",
    header: "Reason",
    csv: (one) => one.reason,
    cell: (one) => (
      <span className="flex items-center gap-1.5">
        {reasonText(one.reason)}
        {!one.in_force && <Badge>Lifted</Badge>}
      </span>
    ),
  },
  {
    id: "revoked",
    header: "Revoked",
    csv: (one) => one.revoked_at,
    cell: (one) => <Time at={one.revoked_at} />,
  },
  { id: "by", header: "By", csv: (one) => one.revoked_by, cell: (one) => one.revoked_by },
  {
    id: "since",
    header: "Not to be trusted since",
    hidden: true,
    csv: (one) => one.invalidity_date,
    cell: (one) => <Time at={one.invalidity_date} as="short" />,
  },
  {
    id: "issuer",
    header: "Issuer",
    csv: (one) => one.issuer_id,
    cell: (one) => <Ref of="issuer" id={one.issuer_id} />,
  },
  {
    id: "notified",
    header: "CA",
    csv: (one) => one.issuer_notified,
    cell: (one) => <Notified one={one} />,
  },
  {
    id: "ends",
    header: "Leaf ends",
    csv: (one) => one.not_after,
    cell: (one) => <Expiry at={one.not_after} />,
  },
  {
    id: "partition",
    header: "CRL partition",
    hidden: true,
    align: "right",
    csv: (one) => one.crl_partition,
    cell: (one) => one.crl_partition || "Undivided",
  },
];
