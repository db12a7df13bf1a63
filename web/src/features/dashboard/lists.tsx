import { Link } from "react-router";
import { usePage } from "@/api/lists";
import { StatusBadge } from "@/components/badge";
import { Card, TextLink } from "@/components/page";
import { Empty, Problem, Skeleton } from "@/components/problem";
import { Ref } from "@/components/refs";
import { Expiry, Time } from "@/components/time";
import { count } from "@/lib/words";

const SAMPLE = 200;

/** Who has certificates that end soon, and which comes first. */
export function ExpiringByOwner() {
  const page = usePage("/api/v1/certificates", { status: "Expiring", sort: "expires_at", per_page: SAMPLE });
  const groups = new Map<string, { number: number; first: NonNullable<typeof page.data>["data"][number] }>();
  for (const one of page.data?.data ?? []) {
    const group = groups.get(one.owner_id);
    if (group) group.number += 1;
    else groups.set(one.owner_id, { number: 1, first: one });
  }
  const rows = [...groups].slice(0, 7);
  return (
    <Card
      title="Ending soon, by owner"
      flush
      actions={<TextLink to="/certificates?status=Expiring&sort=expires_at">All</TextLink>}
    >
      {page.isError ? (
        <div className="p-3">
          <Problem error={page.error} onRetry={() => void page.refetch()} />
        </div>
      ) : page.isPending ? (
        <div className="p-4">
          <Skeleton lines={5} />
        </div>
      ) : rows.length === 0 ? (
        <Empty title="Nothing ends soon" />
      ) : (
        <ul className="text-[13px]">
          {rows.map(([owner, group]) => (
            <li key={owner} className="flex items-center gap-3 border-b px-4 py-2 last:border-b-0">
              <span className="min-w-0 flex-1 truncate">
                <Ref of="owner" id={owner} />
              </span>
              <Link
                to={`/certificates/${group.first.id}`}
                className="hidden min-w-0 flex-1 truncate hover:underline sm:block"
              >
                {group.first.common_name}
              </Link>
              <Expiry at={group.first.expires_at} />
              <Link
                to={`/certificates?status=Expiring&owner_id=${owner}&sort=expires_at`}
                className="w-20 text-right whitespace-nowrap text-brand hover:underline"
              >
                {group.number.toLocaleString()} in all
              </Link>
            </li>
          ))}
        </ul>
      )}
      {page.data && page.data.total > SAMPLE && (
        <p className="border-t px-4 py-2 text-[12px] text-muted">
          Of the {SAMPLE} that end first; {count(page.data.total, "certificate is", "certificates are")} near
          the end.
        </p>
      )}
    </Card>
  );
}

/** The newest jobs that failed for good. */
export function FailedJobs() {
  const page = usePage("/api/v1/jobs", { status: "Failed", per_page: 7 });
  return (
    <Card title="Failed jobs" flush actions={<TextLink to="/jobs?status=Failed">All</TextLink>}>
      {page.isError ? (
        <div className="p-3">
          <Problem error={page.error} onRetry={() => void page.refetch()} />
        </div>
      ) : page.isPending ? (
        <div className="p-4">
          <Skeleton lines={5} />
        </div>
      ) : page.data.data.length === 0 ? (
        <Empty title="No job has failed" />
      ) : (
        <ul className="text-[13px]">
          {page.data.data.map((job) => (
            <li key={job.id} className="flex items-center gap-3 border-b px-4 py-2 last:border-b-0">
              <span className="w-24 shrink-0">
                <TextLink to={`/jobs/${job.id}`}>{job.type}</TextLink>
              </span>
              <span className="min-w-0 flex-1 truncate text-muted" title={job.last_error ?? undefined}>
                {job.last_error ?? "No reason was given"}
              </span>
              <Time at={job.completed_at ?? job.created_at} />
              <span className="sr-only">
                <StatusBadge status={job.status} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
