import type { Row } from "@/api/lists";
import { StatusBadge } from "@/components/badge";
import { TextLink } from "@/components/page";
import { Ref } from "@/components/refs";
import type { Column } from "@/components/table";
import { Time } from "@/components/time";

export type Job = Row<"/api/v1/jobs">;

export const JOB_COLUMNS: readonly Column<Job>[] = [
  {
    id: "job",
    header: "Job",
    fixed: true,
    csv: (one) => one.id,
    cell: (one) => (
      <TextLink to={`/jobs/${one.id}`} title={one.id}>
        {one.type}
      </TextLink>
    ),
  },
  {
    id: "status",
    header: "Status",
    csv: (one) => one.status,
    cell: (one) => <StatusBadge status={one.status} />,
  },
  {
    id: "certificate",
    header: "Certificate",
    csv: (one) => one.certificate_id,
    cell: (one) =>
      one.certificate_id ? (
        <TextLink to={`/certificates/${one.certificate_id}`} title={one.certificate_id}>
          <span className="inline-block max-w-44 truncate align-bottom">{one.certificate_id}</span>
        </TextLink>
      ) : (
        "—"
      ),
  },
  {
    id: "agent",
    header: "Agent",
    csv: (one) => one.agent_id,
    cell: (one) => <Ref of="agent" id={one.agent_id} />,
  },
  {
    id: "target",
    header: "Target",
    csv: (one) => one.target_id,
    cell: (one) => <Ref of="target" id={one.target_id} />,
  },
  {
    id: "attempts",
    header: "Attempts",
    align: "right",
    csv: (one) => `${one.attempts} of ${one.max_attempts}`,
    cell: (one) => `${one.attempts} of ${one.max_attempts}`,
  },
  {
    id: "error",
    header: "Last error",
    csv: (one) => one.last_error,
    cell: (one) =>
      one.last_error ? (
        <span className="block max-w-72 truncate text-bad" title={one.last_error}>
          {one.last_error}
        </span>
      ) : (
        ""
      ),
  },
  {
    id: "verification",
    header: "Verified",
    csv: (one) => one.verification_status,
    cell: (one) =>
      one.type === "Deployment" && (one.status === "Completed" || one.verification_status !== "pending") ? (
        <StatusBadge status={one.verification_status} />
      ) : (
        "—"
      ),
  },
  {
    id: "requested_by",
    header: "Asked by",
    hidden: true,
    csv: (one) => one.requested_by,
    cell: (one) => one.requested_by,
  },
  {
    id: "created",
    header: "Created",
    csv: (one) => one.created_at,
    cell: (one) => <Time at={one.created_at} />,
  },
  {
    id: "completed",
    header: "Ended",
    csv: (one) => one.completed_at,
    cell: (one) => <Time at={one.completed_at} />,
  },
];
