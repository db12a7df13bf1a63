import { FilePlus2 } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { Row } from "@/api/lists";
import { certificateStatusValues } from "@/api/schema";
import { Badge, StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { PageHeader, TextLink } from "@/components/page";
import { Empty } from "@/components/problem";
import { Ref } from "@/components/refs";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Expiry, Time } from "@/components/time";
import { useCan } from "@/lib/session";
import { reasonText } from "../revocation/reasons";
import { BulkActions, mayBulk } from "./bulk";
import { CertificateDialog } from "./form";

type Certificate = Row<"/api/v1/certificates">;

const COLUMNS: readonly Column<Certificate>[] = [
  {
    id: "certificate",
    header: "Certificate",
    sort: "common_name",
    fixed: true,
    csv: (one) => one.common_name,
    cell: (one) => (
      <div className="min-w-0">
        <div className="truncate font-medium">
          <TextLink to={`/certificates/${one.id}`} title={one.common_name}>
            {one.common_name}
          </TextLink>
        </div>
        <div className="truncate text-[12px] text-muted" title={one.sans.join(", ")}>
          {one.name}
          {one.sans.length > 1 && ` · ${one.sans.length} names`}
        </div>
      </div>
    ),
  },
  {
    id: "id",
    header: "Id",
    hidden: true,
    csv: (one) => one.id,
    cell: (one) => <code className="font-mono text-[12px]">{one.id}</code>,
  },
  {
    id: "status",
    header: "Status",
    sort: "status",
    csv: (one) => one.status,
    cell: (one) => (
      <span className="flex items-center gap-1">
        <StatusBadge status={one.status} />
        {one.paused_at && (
          <Badge tone="warn" title={one.pause_reason ?? undefined}>
            Paused
          </Badge>
        )}
      </span>
    ),
  },
  {
    id: "expires_at",
    header: "Ends",
    sort: "expires_at",
    csv: (one) => one.expires_at,
    cell: (one) => <Expiry at={one.expires_at} />,
  },
  {
    id: "next_renewal_at",
    header: "Next renewal",
    csv: (one) => one.next_renewal_at,
    cell: (one) => <Time at={one.next_renewal_at} />,
  },
  {
    id: "owner",
    header: "Owner",
    csv: (one) => one.owner_id,
    cell: (one) => <Ref of="owner" id={one.owner_id} />,
  },
  {
    id: "team",
    header: "Team",
    hidden: true,
    csv: (one) => one.team_id,
    cell: (one) => <Ref of="team" id={one.team_id} />,
  },
  {
    id: "issuer",
    header: "Issuer",
    csv: (one) => one.issuer_id,
    cell: (one) => <Ref of="issuer" id={one.issuer_id} />,
  },
  {
    id: "profile",
    header: "Profile",
    hidden: true,
    csv: (one) => one.certificate_profile_id,
    cell: (one) => <Ref of="profile" id={one.certificate_profile_id} />,
  },
  {
    id: "renewal_policy",
    header: "Renewal policy",
    hidden: true,
    csv: (one) => one.renewal_policy_id,
    cell: (one) => <Ref of="renewal_policy" id={one.renewal_policy_id} />,
  },
  {
    id: "environment",
    header: "Environment",
    sort: "environment",
    csv: (one) => one.environment,
    cell: (one) => one.environment || "—",
  },
  {
    id: "targets",
    header: "Targets",
    align: "right",
    csv: (one) => one.target_ids.length,
    cell: (one) => one.target_ids.length.toLocaleString(),
  },
  {
    id: "tags",
    header: "Tags",
    hidden: true,
    csv: (one) => one.tags,
    cell: (one) => (
      <span className="flex flex-wrap gap-1">
        {Object.entries(one.tags).map(([name, value]) => (
          <Badge key={name}>
            {name}={value}
          </Badge>
        ))}
      </span>
    ),
  },
  {
    id: "revoked_at",
    header: "Revoked",
    hidden: true,
    csv: (one) => one.revoked_at,
    cell: (one) => (
      <span title={one.revocation_reason ? reasonText(one.revocation_reason) : undefined}>
        <Time at={one.revoked_at} />
      </span>
    ),
  },
  {
    id: "last_renewal_at",
    header: "Last renewal",
    hidden: true,
    csv: (one) => one.last_renewal_at,
    cell: (one) => <Time at={one.last_renewal_at} />,
  },
  {
    id: "last_deployment_at",
    header: "Last deployment",
    hidden: true,
    csv: (one) => one.last_deployment_at,
    cell: (one) => <Time at={one.last_deployment_at} />,
  },
  {
    id: "created_at",
    header: "Created",
    sort: "created_at",
    hidden: true,
    csv: (one) => one.created_at,
    cell: (one) => <Time at={one.created_at} />,
  },
];

export function Component() {
  const can = useCan();
  const navigate = useNavigate();
  const [isCreating, setCreating] = useState(false);
  const create = can("certificate.write") && (
    <Button
      variant="primary"
      icon={<FilePlus2 aria-hidden className="size-4" />}
      onClick={() => setCreating(true)}
    >
      New certificate
    </Button>
  );
  return (
    <>
      <PageHeader title="Certificates" actions={create} />
      <ResourceList
        path="/api/v1/certificates"
        export="/api/v1/certificates/export"
        noun="certificate"
        columns={COLUMNS}
        filters={[
          { kind: "search", name: "q", label: "Name or common name" },
          { kind: "choice", name: "status", label: "Status", values: certificateStatusValues },
          { kind: "reference", name: "owner_id", label: "Owner", of: "owner" },
          { kind: "reference", name: "team_id", label: "Team", of: "team" },
          { kind: "reference", name: "issuer_id", label: "Issuer", of: "issuer" },
          { kind: "reference", name: "profile_id", label: "Profile", of: "profile" },
          { kind: "date", name: "expires_before", label: "Ends before" },
        ]}
        rowLink={(one) => `/certificates/${one.id}`}
        bulk={mayBulk(can) ? (context) => <BulkActions {...context} /> : undefined}
        empty={
          <Empty title="No certificates yet" action={create}>
            Create one here, or import those you have with <code className="font-mono">certctl import</code>.
          </Empty>
        }
      />
      {isCreating && (
        <CertificateDialog
          onClose={() => setCreating(false)}
          onDone={(one) => void navigate(`/certificates/${one.id}`)}
        />
      )}
    </>
  );
}
