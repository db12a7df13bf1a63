import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { api, call } from "@/api/client";
import { operationStateValues, itemStateValues } from "@/api/schema";
import type { Row } from "@/api/lists";
import { Badge, StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { Code } from "@/components/copy";
import { Card, PageHeader, TextLink } from "@/components/page";
import { Empty, Problem, Skeleton } from "@/components/problem";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Time } from "@/components/time";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { words } from "@/lib/words";
import { Outcome } from "../certificates/bulk";

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

export function OperationPage() {
  const { id = "" } = useParams();
  const can = useCan();
  const operation = useQuery({
    queryKey: ["operations", "one", id],
    queryFn: ({ signal }) => call(api.GET("/api/v1/operations/{id}", { params: { path: { id } }, signal })),
    // Its progress is not told as an event of its own.
    refetchInterval: (query) => {
      const state = query.state.data?.state;
      return state === "pending" || state === "running" ? 1_000 : false;
    },
  });
  const cancel = useChange(
    () => call(api.POST("/api/v1/operations/{id}/cancel", { params: { path: { id } } })),
    [["operations"]],
  );
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
  const isLive = one.state === "pending" || one.state === "running";
  return (
    <>
      <PageHeader
        title={words(one.kind)}
        crumbs={crumbs}
        heading={
          <>
            {words(one.kind)} <StatusBadge status={one.state} />
          </>
        }
        subtitle={
          <span className="flex flex-wrap items-center gap-x-3">
            <Code text={one.id} /> by {one.requested_by}, <Time at={one.created_at} />
          </span>
        }
        actions={
          isLive &&
          can("certificate.write") && (
            <Button variant="danger" busy={cancel.isPending} onClick={() => cancel.mutate(undefined)}>
              Cancel what is left
            </Button>
          )
        }
      />
      <div className="space-y-4">
        {cancel.isError && <Problem error={cancel.error} />}
        <Card title="Progress">
          <progress
            aria-label="Progress"
            value={one.progress}
            max={100}
            className="mb-3 h-2 w-full overflow-hidden rounded-full accent-brand"
          />
          <Outcome operation={one} />
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
