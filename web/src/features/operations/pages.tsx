import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { useParams } from "react-router";
import { api, call } from "@/api/client";
import { itemStateValues, operationStateValues, type Operation } from "@/api/schema";
import type { Row } from "@/api/lists";
import { Badge, StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { Code } from "@/components/copy";
import { Confirm } from "@/components/dialog";
import { Card, PageHeader, TextLink } from "@/components/page";
import { Empty, Problem, Skeleton } from "@/components/problem";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Time } from "@/components/time";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { count, words } from "@/lib/words";
import { reasonText } from "../revocation/reasons";
import { Outcome, Progress } from "./outcome";
import { isMoving, mayTurn, useOperation } from "./queries";

const COLUMNS: readonly Column<Row<"/api/v1/operations">>[] = [
  {
    id: "kind",
    header: "Operation",
    fixed: true,
    csv: (one) => one.kind,
    cell: (one) => (
      <span className="flex items-center gap-1.5">
        <TextLink to={`/operations/${one.id}`}>{words(one.kind)}</TextLink>
        {one.dry_run && <Badge>Preview</Badge>}
      </span>
    ),
  },
  {
    id: "state",
    header: "State",
    csv: (one) => one.state,
    cell: (one) => <StatusBadge status={one.state} />,
  },
  {
    id: "matched",
    header: "Matched",
    align: "right",
    csv: (one) => one.total_matched,
    cell: (one) => one.total_matched.toLocaleString(),
  },
  {
    id: "done",
    header: "Done",
    align: "right",
    csv: (one) => one.total_done,
    cell: (one) => one.total_done.toLocaleString(),
  },
  {
    id: "failed",
    header: "Failed",
    align: "right",
    csv: (one) => one.total_failed,
    cell: (one) => one.total_failed.toLocaleString(),
  },
  { id: "by", header: "Asked by", csv: (one) => one.requested_by, cell: (one) => one.requested_by },
  {
    id: "created",
    header: "Asked",
    csv: (one) => one.created_at,
    cell: (one) => <Time at={one.created_at} />,
  },
];

export function OperationList() {
  return (
    <>
      <PageHeader title="Bulk operations" />
      <ResourceList
        path="/api/v1/operations"
        noun="operation"
        columns={COLUMNS}
        filters={[{ kind: "choice", name: "state", label: "State", values: operationStateValues }]}
        rowLink={(one) => `/operations/${one.id}`}
        empty={
          <Empty title="No bulk operations yet">
            Choose several certificates in their list to begin one.
          </Empty>
        }
      />
    </>
  );
}

const ITEM_COLUMNS: readonly Column<Row<"/api/v1/operations/{id}/items">>[] = [
  {
    id: "certificate",
    header: "Certificate",
    csv: (one) => one.certificate_id,
    cell: (one) => <TextLink to={`/certificates/${one.certificate_id}`}>{one.certificate_id}</TextLink>,
  },
  {
    id: "state",
    header: "State",
    csv: (one) => one.state,
    cell: (one) => <StatusBadge status={one.state} />,
  },
  { id: "message", header: "Message", csv: (one) => one.message, cell: (one) => one.message ?? "—" },
  {
    id: "finished",
    header: "Ended",
    csv: (one) => one.finished_at,
    cell: (one) => <Time at={one.finished_at} />,
  },
];

/** Halts, resumes and stops an operation, for whoever may do what it does. */
function Turns({ one }: { one: Operation }) {
  const can = useCan();
  const [isCancelling, setCancelling] = useState(false);
  const params = { path: { id: one.id } };
  const touches = [["operations"]];
  const pause = useChange(() => call(api.POST("/api/v1/operations/{id}/pause", { params })), touches);
  const resume = useChange(() => call(api.POST("/api/v1/operations/{id}/resume", { params })), touches);
  const cancel = useChange(
    () => call(api.POST("/api/v1/operations/{id}/cancel", { params })),
    touches,
    () => setCancelling(false),
  );
  const isPaused = one.state === "paused";
  if (!(isPaused || isMoving(one)) || !mayTurn(one, can)) return null;
  const failed = pause.error ?? resume.error;
  return (
    <>
      {failed && <Problem error={failed} />}
      {isPaused ? (
        <Button
          variant="primary"
          icon={<Play aria-hidden className="size-4" />}
          busy={resume.isPending}
          onClick={() => resume.mutate(undefined)}
        >
          Resume
        </Button>
      ) : (
        <Button
          icon={<Pause aria-hidden className="size-4" />}
          busy={pause.isPending}
          onClick={() => pause.mutate(undefined)}
        >
          Pause
        </Button>
      )}
      <Button variant="danger" onClick={() => setCancelling(true)}>
        Cancel what is left
      </Button>
      {isCancelling && (
        <Confirm
          title="Cancel what is left"
          action="Cancel what is left"
          danger
          busy={cancel.isPending}
          error={cancel.error}
          onConfirm={() => cancel.mutate(undefined)}
          onClose={() => setCancelling(false)}
        >
          <p>
            {count(one.total_matched - one.total_done - one.total_skipped - one.total_failed, "certificate")}{" "}
            will be left as they are. What was done stays done
            {one.kind === "bulk_revoke" && ": what was revoked stays revoked"}.
          </p>
        </Confirm>
      )}
    </>
  );
}

export function OperationPage() {
  const { id = "" } = useParams();
  const operation = useOperation(id);
  const crumbs = [{ to: "/operations", label: "Bulk operations" }];
  if (operation.isError) {
    return (
      <>
        <PageHeader title="Operation" crumbs={crumbs} />
        <Problem error={operation.error} onRetry={() => void operation.refetch()} />
      </>
    );
  }
  if (!operation.data) return <Skeleton lines={6} />;
  const one = operation.data;
  const reason: unknown = (one.parameters as Record<string, unknown>)["reason"];
  return (
    <>
      <PageHeader
        title={words(one.kind)}
        crumbs={crumbs}
        heading={
          <>
            {words(one.kind)} <StatusBadge status={one.state} />
            {one.dry_run && <Badge>Preview</Badge>}
          </>
        }
        subtitle={
          <span className="flex flex-wrap items-center gap-x-3">
            <Code text={one.id} /> by {one.requested_by}, <Time at={one.created_at} />
            {one.kind === "bulk_revoke" && typeof reason === "string" && (
              <span>Reason: {reasonText(reason)}</span>
            )}
          </span>
        }
        actions={<Turns one={one} />}
      />
      <div className="space-y-4">
        {one.paused_at && (
          <p role="status" className="rounded-md border border-warn/30 bg-warn-soft px-3 py-2 text-[13px]">
            Paused <Time at={one.paused_at} />. It goes on where it was when somebody resumes it, also after a
            restart.
          </p>
        )}
        <Card title="Progress">
          <div className="space-y-3">
            <Progress operation={one} />
            <Outcome operation={one} />
          </div>
        </Card>
        <ResourceList
          path="/api/v1/operations/{id}/items"
          params={{ id }}
          noun="certificate"
          rowKey={(item) => item.certificate_id}
          columns={ITEM_COLUMNS}
          filters={[{ kind: "choice", name: "state", label: "State", values: itemStateValues }]}
          empty={<Empty title="Nothing matched" />}
        />
      </div>
    </>
  );
}
