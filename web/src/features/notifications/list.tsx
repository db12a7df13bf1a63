import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight, LayoutList, Rows3 } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { fetchPage } from "@/api/lists";
import {
  alertSeverityValues,
  notificationChannelValues,
  notificationStatusValues,
  notificationTypeValues,
} from "@/api/schema";
import { Badge } from "@/components/badge";
import { Button, IconButton } from "@/components/button";
import { Confirm } from "@/components/dialog";
import { Filters, type FilterSpec } from "@/components/filters";
import { PageHeader, TextLink } from "@/components/page";
import { Empty, Problem, Skeleton } from "@/components/problem";
import { useStored } from "@/lib/stored";
import { useToast } from "@/components/toast";
import { useSummary } from "@/features/dashboard/queries";
import { useListParams } from "@/lib/list-params";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { count } from "@/lib/words";
import { markRead, requeueNotification, requeueNotifications } from "./api";
import { NotificationRow, type Notification, type RowActions } from "./row";

type TabName = "all" | "dead";

const FILTERS: readonly FilterSpec[] = [
  { kind: "choice", name: "status", label: "Delivery", values: notificationStatusValues },
  { kind: "choice", name: "type", label: "About", values: notificationTypeValues },
  { kind: "choice", name: "severity", label: "Severity", values: alertSeverityValues },
  { kind: "choice", name: "channel", label: "Channel", values: notificationChannelValues },
  {
    kind: "choice",
    name: "read",
    label: "Read",
    values: ["true", "false"],
    labels: { true: "Read", false: "Unread" },
  },
];
const DEAD_FILTERS = FILTERS.filter((filter) => filter.name !== "status");

export function Component() {
  const [search, setSearch] = useSearchParams();
  const activeTab: TabName = search.get("tab") === "dead" ? "dead" : "all";
  const dead = useSummary().data?.notifications_dead ?? 0;
  // Another tab is another list: filters and place do not go along.
  const choose = (tab: TabName) => setSearch(tab === "dead" ? { tab } : {}, { replace: true });
  const tabs = [
    { id: "all", label: "All" },
    { id: "dead", label: "Dead letter" },
  ] as const;
  return (
    <>
      <PageHeader title="Notifications" subtitle="What certctl told whom, and whether it arrived." />
      <div role="tablist" aria-label="Notifications" className="mb-4 flex gap-1 border-b">
        {tabs.map((tab) => (
          <button
            key={tab.id}
            id={`tab-${tab.id}`}
            type="button"
            role="tab"
            aria-selected={activeTab === tab.id}
            aria-controls="notifications"
            tabIndex={activeTab === tab.id ? 0 : -1}
            onClick={() => choose(tab.id)}
            onKeyDown={(event) => {
              if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
              const other = tab.id === "all" ? "dead" : "all";
              choose(other);
              document.getElementById(`tab-${other}`)?.focus();
            }}
            className="-mb-px border-b-2 border-transparent px-3 py-2 text-[13px] font-medium text-muted hover:text-ink aria-selected:border-brand aria-selected:text-ink"
          >
            {tab.label}
            {tab.id === "dead" && dead > 0 && (
              <span className="ml-1.5" aria-hidden>
                <Badge tone="bad">{dead.toLocaleString()}</Badge>
              </span>
            )}
          </button>
        ))}
      </div>
      <div id="notifications" role="tabpanel" aria-labelledby={`tab-${activeTab}`}>
        <List key={activeTab} activeTab={activeTab} />
      </div>
    </>
  );
}

function List({ activeTab }: { activeTab: TabName }) {
  const controls = useListParams(["tab"]);
  const can = useCan();
  const tell = useToast();
  const [view, setView] = useStored<"grouped" | "list">("notifications.view", "grouped");
  const query = {
    ...controls.filters,
    ...(activeTab === "dead" ? { status: "dead" } : {}),
    per_page: controls.pageSize,
    ...(controls.cursor ? { cursor: controls.cursor } : {}),
  };
  const page = useQuery({
    // Each tab has entries of its own, so that switching never shows rows of the other.
    queryKey: ["notifications", activeTab, query],
    queryFn: ({ signal }) => fetchPage("/api/v1/notifications", query, {}, signal),
    placeholderData: keepPreviousData,
  });
  const touches = [["notifications"], ["statistics"]];
  const requeue = useChange(requeueNotification, touches, () => tell("It is delivered again."));
  const read = useChange(markRead, touches);
  const failed = requeue.error ?? read.error;
  const actions: RowActions = {
    onRequeue: can("notification.write") ? (id) => requeue.mutate(id) : undefined,
    onRead: can("notification.write") ? (id) => read.mutate(id) : undefined,
    busy: requeue.isPending ? requeue.variables : read.isPending ? read.variables : undefined,
  };
  const rows = page.data?.data ?? [];
  return (
    <section className="card">
      <div className="flex flex-wrap items-start justify-between gap-2 border-b p-2.5">
        <Filters specs={activeTab === "dead" ? DEAD_FILTERS : FILTERS} controls={controls} />
        <div className="flex items-center gap-1">
          {activeTab === "dead" && can("notification.write") && (
            <RequeueAll filters={controls.filters} total={page.data?.total ?? 0} />
          )}
          <IconButton
            label={view === "grouped" ? "Show as one list" : "Group by certificate"}
            icon={
              view === "grouped" ? (
                <Rows3 aria-hidden className="size-4" />
              ) : (
                <LayoutList aria-hidden className="size-4" />
              )
            }
            onClick={() => setView(view === "grouped" ? "list" : "grouped")}
          />
        </div>
      </div>
      {failed && (
        <div className="p-3">
          <Problem error={failed} />
        </div>
      )}
      {page.isError ? (
        <div className="p-3">
          <Problem
            error={page.error}
            title="The notifications cannot be shown"
            onRetry={() => void page.refetch()}
          />
        </div>
      ) : page.isPending ? (
        <div className="p-4">
          <Skeleton lines={8} />
        </div>
      ) : rows.length === 0 ? (
        <Empty title={activeTab === "dead" ? "Everything arrived" : "No notifications"}>
          {activeTab === "dead"
            ? "Notifications that failed for good are kept here until somebody requeues them."
            : "They appear when something should be known, and go where the routing says."}
        </Empty>
      ) : view === "grouped" ? (
        <Grouped rows={rows} actions={actions} />
      ) : (
        <div className="divide-y">
          {rows.map((one) => (
            <NotificationRow key={one.id} one={one} {...actions} />
          ))}
        </div>
      )}
      <footer className="flex items-center justify-between gap-2 border-t px-3 py-2 text-[12.5px] text-muted">
        <span role="status">{page.data ? count(page.data.total, "notification") : ""}</span>
        <span className="flex items-center gap-2">
          Page {controls.trail.length + 1}
          <IconButton
            small
            label="Previous page"
            icon={<ChevronLeft aria-hidden className="size-4" />}
            disabled={controls.trail.length === 0}
            onClick={controls.previous}
          />
          <IconButton
            small
            label="Next page"
            icon={<ChevronRight aria-hidden className="size-4" />}
            disabled={!page.data?.next_cursor || page.isPlaceholderData}
            onClick={() => page.data?.next_cursor && controls.next(page.data.next_cursor)}
          />
        </span>
      </footer>
    </section>
  );
}

/** The notifications of this page by certificate, the group with the newest first. */
function Grouped({ rows, actions }: { rows: readonly Notification[]; actions: RowActions }) {
  const groups = new Map<string, Notification[]>();
  for (const one of rows) {
    const key = one.certificate_id ?? "";
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return (
    <div>
      {[...groups].map(([certificate, group]) => (
        <section key={certificate} className="border-b last:border-b-0">
          <h2 className="flex items-center gap-2 bg-page px-4 py-1.5 text-[12.5px] font-medium">
            {certificate ? <TextLink to={`/certificates/${certificate}`}>{certificate}</TextLink> : "General"}
            <Badge>{group.length}</Badge>
          </h2>
          <div className="divide-y">
            {group.map((one) => (
              <NotificationRow key={one.id} one={one} {...actions} />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}

/** Everything that the filters leave of the dead letters. */
function RequeueAll({ filters, total }: { filters: Readonly<Record<string, string>>; total: number }) {
  const [isOpen, setOpen] = useState(false);
  const tell = useToast();
  const { read: _, ...rest } = filters;
  const requeue = useChange(requeueNotifications, [["notifications"], ["statistics"]], (result) => {
    tell(
      `${count(result.requeued, "notification")} requeued${result.more ? "; there are more, do it again" : ""}.`,
    );
    setOpen(false);
  });
  return (
    <>
      <Button small disabled={total === 0} onClick={() => setOpen(true)}>
        Requeue all
      </Button>
      {isOpen && (
        <Confirm
          title="Requeue dead letters"
          action="Requeue"
          busy={requeue.isPending}
          error={requeue.error}
          onConfirm={() => requeue.mutate({ ...rest, status: "dead" })}
          onClose={() => setOpen(false)}
        >
          <p>
            {count(total, "notification")} that failed for good will be delivered again, each with a fresh set
            of tries. See to it first that what made them fail is mended.
          </p>
        </Confirm>
      )}
    </>
  );
}
