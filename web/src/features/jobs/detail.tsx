import { useQuery } from "@tanstack/react-query";
import { CircleX, RotateCcw } from "lucide-react";
import { useParams } from "react-router";
import { api, call } from "@/api/client";
import type { Job } from "@/api/schema";
import { Badge, StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { Code } from "@/components/copy";
import { Card, Fact, Facts, PageHeader, TextLink } from "@/components/page";
import { Empty, Problem, Skeleton } from "@/components/problem";
import { Ref } from "@/components/refs";
import { Time } from "@/components/time";
import { useToast } from "@/components/toast";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { duration } from "@/lib/time";
import { words } from "@/lib/words";
import { AuditOf } from "../audit/of";
import { CertificateRef } from "../certificates/ref";
import { cancelJob, retryJob } from "./api";

export function Component() {
  const { id = "" } = useParams();
  const job = useQuery({
    queryKey: ["jobs", "one", id],
    queryFn: ({ signal }) => call(api.GET("/api/v1/jobs/{id}", { params: { path: { id } }, signal })),
  });
  const crumbs = [{ to: "/jobs", label: "Jobs" }];
  if (job.isError) {
    return (
      <>
        <PageHeader title="Job" crumbs={crumbs} />
        <Problem error={job.error} onRetry={() => void job.refetch()} />
      </>
    );
  }
  if (!job.data) return <Skeleton lines={8} />;
  const one = job.data;
  return (
    <>
      <PageHeader
        title={`${one.type} job`}
        crumbs={crumbs}
        heading={
          <>
            {one.type}
            <StatusBadge status={one.status} />
          </>
        }
        subtitle={<Code text={one.id} />}
        actions={<Actions job={one} />}
      />
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-[1fr_340px]">
        <div className="min-w-0 space-y-4">
          {one.last_error && (
            <p
              role="alert"
              className="rounded-md border border-bad/30 bg-bad-soft px-3 py-2 text-[13px] break-words"
            >
              {one.last_error}
            </p>
          )}
          <Timeline id={one.id} />
          {one.type === "Deployment" && <Verification job={one} />}
          <AuditOf type="job" id={one.id} />
        </div>
        <Card title="About" className="self-start">
          <Facts>
            <Fact name="Certificate">
              <CertificateRef id={one.certificate_id} />
            </Fact>
            <Fact name="Version">{one.version_id ? <Code text={one.version_id} cut={20} /> : "—"}</Fact>
            <Fact name="Agent">
              <Ref of="agent" id={one.agent_id} copy />
            </Fact>
            <Fact name="Target">
              <Ref of="target" id={one.target_id} copy />
            </Fact>
            <Fact name="Asked by">{one.requested_by}</Fact>
            <Fact name="Attempts">
              {one.attempts} of {one.max_attempts}
            </Fact>
            <Fact name="Created">
              <Time at={one.created_at} />
            </Fact>
            <Fact name="Due">
              <Time at={one.scheduled_at} />
            </Fact>
            <Fact name="Started">
              <Time at={one.started_at} />
            </Fact>
            <Fact name="Ended">
              <Time at={one.completed_at} />
            </Fact>
            <Fact name="Took">
              {one.started_at && one.completed_at
                ? duration(Date.parse(one.completed_at) - Date.parse(one.started_at))
                : "—"}
            </Fact>
          </Facts>
        </Card>
      </div>
    </>
  );
}

function Actions({ job }: { job: Job }) {
  const can = useCan();
  const tell = useToast();
  const touches = [["jobs"], ["certificates"]];
  const cancel = useChange(
    () => cancelJob(job.id),
    touches,
    () => tell("The job is cancelled."),
  );
  const retry = useChange(
    () => retryJob(job.id),
    touches,
    () => tell("The job is tried again."),
  );
  const error = cancel.error ?? retry.error;
  const isLive = ["Pending", "AwaitingCSR", "AwaitingApproval", "Running"].includes(job.status);
  return (
    <>
      {error && <Problem error={error} />}
      {job.status === "AwaitingApproval" && (
        <TextLink to="/approvals?state=pending">Decide in the inbox</TextLink>
      )}
      {can("job.write") && job.status === "Failed" && (
        <Button
          variant="primary"
          busy={retry.isPending}
          icon={<RotateCcw aria-hidden className="size-4" />}
          onClick={() => retry.mutate(undefined)}
        >
          Try again
        </Button>
      )}
      {can("job.write") && isLive && (
        <Button
          variant="danger"
          busy={cancel.isPending}
          icon={<CircleX aria-hidden className="size-4" />}
          onClick={() => cancel.mutate(undefined)}
        >
          Cancel
        </Button>
      )}
    </>
  );
}

/** Each change of the job and each attempt, as they happen. */
function Timeline({ id }: { id: string }) {
  const timeline = useQuery({
    queryKey: ["jobs", "timeline", id],
    queryFn: ({ signal }) =>
      call(api.GET("/api/v1/jobs/{id}/timeline", { params: { path: { id } }, signal })),
  });
  if (timeline.isError) return <Problem error={timeline.error} onRetry={() => void timeline.refetch()} />;
  if (!timeline.data) return <Skeleton lines={5} />;
  const { attempts, changes } = timeline.data;
  return (
    <>
      <Card title="Steps">
        <ol className="relative space-y-3 border-l pl-5">
          {changes.map((change, index) => {
            const before = changes[index - 1];
            return (
              <li key={`${change.at} ${change.change} ${change.to}`} className="relative text-[13px]">
                <span
                  aria-hidden
                  className={`absolute top-1.5 -left-[25px] size-2.5 rounded-full border-2 border-surface ${change.error ? "bg-bad" : "bg-brand"}`}
                />
                <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
                  <span className="font-medium">{words(change.change)}</span>
                  <StatusBadge status={change.to} />
                  {change.holder && <span className="text-muted">by {change.holder}</span>}
                  <span className="ml-auto text-[12px] text-muted">
                    <Time at={change.at} as="short" />
                    {before && ` · after ${duration(Date.parse(change.at) - Date.parse(before.at))}`}
                  </span>
                </div>
                {change.error && <p className="mt-0.5 break-words text-bad">{change.error}</p>}
              </li>
            );
          })}
        </ol>
        {changes.length === 0 && <Empty title="Nothing has happened yet" />}
      </Card>
      {attempts.length > 0 && (
        <Card title="Attempts" flush>
          <ul className="divide-y text-[13px]">
            {attempts.map((attempt) => (
              <li key={attempt.number} className="px-4 py-2.5">
                <div className="flex flex-wrap items-center gap-2">
                  <Badge>#{attempt.number}</Badge>
                  <StatusBadge status={attempt.outcome} />
                  <span className="text-muted">
                    {words(attempt.executor)} {attempt.holder}
                  </span>
                  <span className="ml-auto text-[12px] text-muted">
                    <Time at={attempt.started_at} as="short" />
                    {attempt.ended_at &&
                      ` · ${duration(Date.parse(attempt.ended_at) - Date.parse(attempt.started_at))}`}
                  </span>
                </div>
                {attempt.error && <p className="mt-1 break-words text-bad">{attempt.error}</p>}
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

/** What the endpoint served after the deployment. */
function Verification({ job }: { job: Job }) {
  const verification = useQuery({
    queryKey: ["jobs", "verification", job.id],
    queryFn: ({ signal }) =>
      call(api.GET("/api/v1/jobs/{id}/verification", { params: { path: { id: job.id } }, signal })),
    enabled: job.status === "Completed",
    retry: false,
  });
  if (job.status !== "Completed" || !verification.data) return null;
  const one = verification.data;
  return (
    <Card title="What the endpoint served">
      <Facts>
        <Fact name="Result">
          <StatusBadge status={one.status} />
        </Fact>
        <Fact name="Expected">
          <Code text={one.expected_fingerprint} cut={40} />
        </Fact>
        <Fact name="Served">
          {one.actual_fingerprint ? <Code text={one.actual_fingerprint} cut={40} /> : "—"}
        </Fact>
        <Fact name="Checked">
          <Time at={one.verified_at} />
        </Fact>
        {one.error && <Fact name="Error">{one.error}</Fact>}
      </Facts>
    </Card>
  );
}
