import { CircleX, RotateCcw } from "lucide-react";
import { useState } from "react";
import { jobKindValues, jobStatusValues } from "@/api/schema";
import { Button } from "@/components/button";
import { Confirm } from "@/components/dialog";
import { PageHeader } from "@/components/page";
import { Empty } from "@/components/problem";
import { ResourceList } from "@/components/resource-list";
import { useToast } from "@/components/toast";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { count } from "@/lib/words";
import { cancelJob, retryJob } from "./api";
import { JOB_COLUMNS, type Job } from "./columns";

export function Component() {
  const can = useCan();
  return (
    <>
      <PageHeader title="Jobs" />
      <ResourceList
        path="/api/v1/jobs"
        noun="job"
        columns={JOB_COLUMNS}
        filters={[
          { kind: "choice", name: "status", label: "Status", values: jobStatusValues },
          { kind: "choice", name: "type", label: "Type", values: jobKindValues },
          { kind: "reference", name: "agent_id", label: "Agent", of: "agent" },
          { kind: "reference", name: "target_id", label: "Target", of: "target" },
          { kind: "date", name: "created_after", label: "Created after" },
        ]}
        rowLink={(one) => `/jobs/${one.id}`}
        bulk={can("job.write") ? ({ rows, clear }) => <JobActions rows={rows} clear={clear} /> : undefined}
        empty={<Empty title="No jobs yet">They appear when something is issued, renewed or deployed.</Empty>}
      />
    </>
  );
}

const LIVE = new Set(["Pending", "AwaitingCSR", "AwaitingApproval", "Running"]);

function JobActions({ rows, clear }: { rows: readonly Job[]; clear: () => void }) {
  const tell = useToast();
  const [isCancelling, setCancelling] = useState(false);
  const live = rows.filter((job) => LIVE.has(job.status));
  const failed = rows.filter((job) => job.status === "Failed");
  const retry = useChange(
    () => each(failed, retryJob),
    [["jobs"]],
    (done) => {
      tell(`${count(done, "job")} will be tried again.`);
      clear();
    },
  );
  const cancel = useChange(
    () => each(live, cancelJob),
    [["jobs"]],
    (done) => {
      tell(`${count(done, "job")} cancelled.`);
      setCancelling(false);
      clear();
    },
  );
  return (
    <>
      <Button
        small
        icon={<RotateCcw aria-hidden className="size-3.5" />}
        disabled={failed.length === 0}
        busy={retry.isPending}
        onClick={() => retry.mutate(undefined)}
      >
        Try {failed.length || ""} again
      </Button>
      <Button
        small
        variant="danger"
        icon={<CircleX aria-hidden className="size-3.5" />}
        disabled={live.length === 0}
        onClick={() => setCancelling(true)}
      >
        Cancel {live.length || ""}
      </Button>
      {retry.isError && <span className="text-bad">{retry.error.message}</span>}
      {isCancelling && (
        <Confirm
          title={`Cancel ${count(live.length, "job")}`}
          action="Cancel them"
          danger
          busy={cancel.isPending}
          error={cancel.error}
          onConfirm={() => cancel.mutate(undefined)}
          onClose={() => setCancelling(false)}
        >
          <p>What they were to do does not happen. Renewals are planned anew by themselves.</p>
        </Confirm>
      )}
    </>
  );
}

/** One after the other; the first refusal ends it. */
async function each(rows: readonly Job[], act: (id: string) => Promise<unknown>): Promise<number> {
  for (const job of rows) await act(job.id);
  return rows.length;
}
