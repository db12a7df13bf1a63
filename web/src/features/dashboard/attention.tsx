import { CheckCircle2, ChevronRight } from "lucide-react";
import { Link } from "react-router";
import { usePage } from "@/api/lists";
import { Badge, type Tone } from "@/components/badge";
import { Problem, Skeleton } from "@/components/problem";
import { Time } from "@/components/time";
import { count } from "@/lib/words";
import { useByStatus, useSchedulerHealth, useSummary } from "./queries";

interface Matter {
  number: number;
  text: string;
  to: string;
  tone: Tone;
}

/** Everything that somebody should look at, worst first; or that nothing is. */
export function Attention() {
  const summary = useSummary();
  const statuses = useByStatus();
  const health = useSchedulerHealth();
  const approvals = usePage("/api/v1/approvals", { state: "pending", per_page: 1 });
  const violations = usePage("/api/v1/violations", { open: true, per_page: 1 });
  const untold = usePage("/api/v1/revocations", { issuer_notified: false, in_force: true, per_page: 1 });
  const failing = [summary, statuses, health, approvals, violations, untold].find((query) => query.isError);
  if (failing)
    return (
      <Problem
        error={failing.error}
        title="What needs attention is not known"
        onRetry={() => void failing.refetch()}
      />
    );
  if (
    !summary.data ||
    !statuses.data ||
    !health.data ||
    !approvals.data ||
    !violations.data ||
    !untold.data
  ) {
    return (
      <section className="card p-4" aria-label="Needs attention">
        <Skeleton lines={2} />
      </section>
    );
  }
  const late = health.data.loops.filter((loop) => loop.status === "late").length;
  const of = (status: string) => statuses.data.find((one) => one.status === status)?.count ?? 0;
  const it = summary.data;
  const matters: Matter[] = (
    [
      [of("Expired"), "expired certificate", "/certificates?status=Expired", "bad"],
      [
        of("Failed"),
        "certificate whose renewal failed",
        "/certificates?status=Failed",
        "bad",
        "certificates whose renewal failed",
      ],
      [it.failed_jobs, "failed job", "/jobs?status=Failed", "bad"],
      [
        it.notifications_dead,
        "notification that never arrived",
        "/notifications?tab=dead",
        "bad",
        "notifications that never arrived",
      ],
      [
        untold.data.total,
        "revocation that its CA does not know",
        "/revocations?issuer_notified=false&in_force=true",
        "bad",
        "revocations that their CA does not know",
      ],
      [late, "periodic task that is late", "/observability", "bad", "periodic tasks that are late"],
      [it.offline_agents, "agent offline", "/agents?status=Offline", "bad", "agents offline"],
      [approvals.data.total, "approval waiting", "/approvals?state=pending", "warn", "approvals waiting"],
      [
        of("Expiring"),
        "certificate near its end",
        "/certificates?status=Expiring&sort=expires_at",
        "warn",
        "certificates near their end",
      ],
      [
        violations.data.total,
        "open violation of a rule",
        "/policies?tab=violations&open=true",
        "warn",
        "open violations of rules",
      ],
      [
        it.notifications_no_notifier ?? 0,
        "alert that reached nobody",
        "/notifications?delivery=no_notifier",
        "warn",
        "alerts that reached nobody",
      ],
    ] as const
  )
    .filter(([number]) => number > 0)
    .map(([number, one, to, tone, many]) => ({
      number,
      text: count(number, one, many).replace(/^\S+ /, ""),
      to,
      tone,
    }));
  return (
    <section className="card" aria-labelledby="attention">
      <header className="flex items-center justify-between border-b px-4 py-2.5">
        <h2 id="attention" className="text-[13.5px] font-semibold">
          Needs attention
        </h2>
        <span className="text-[12px] text-muted">
          Checked <Time at={it.completed_at} />
        </span>
      </header>
      {matters.length === 0 ? (
        <p className="flex items-center gap-2 px-4 py-3.5 text-[13px]">
          <CheckCircle2 aria-hidden className="size-4.5 text-ok" />
          Nothing is broken, and nobody waits for you.
        </p>
      ) : (
        <ul className="grid sm:grid-cols-2 xl:grid-cols-3">
          {matters.map((matter) => (
            <li key={matter.to}>
              <Link
                to={matter.to}
                className="group flex items-center gap-2.5 px-4 py-2.5 text-[13px] hover:bg-hover"
              >
                <Badge tone={matter.tone}>
                  <span className="min-w-4 text-center tabular-nums">{matter.number.toLocaleString()}</span>
                </Badge>
                <span className="min-w-0 truncate">{matter.text}</span>
                <ChevronRight
                  aria-hidden
                  className="ml-auto size-4 text-muted opacity-0 group-hover:opacity-100"
                />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
