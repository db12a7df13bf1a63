import { useQuery } from "@tanstack/react-query";
import { Download, ShieldCheck } from "lucide-react";
import { useSearchParams } from "react-router";
import { api, call, fetchBlob } from "@/api/client";
import { actorTypeValues } from "@/api/schema";
import type { Row } from "@/api/lists";
import { Badge } from "@/components/badge";
import { Button } from "@/components/button";
import { Code } from "@/components/copy";
import { PageHeader } from "@/components/page";
import { Empty, Problem } from "@/components/problem";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Tabs } from "@/components/tabs";
import { Time } from "@/components/time";
import { save } from "@/lib/csv";
import { readListParams } from "@/lib/list-params";
import { useChange } from "@/lib/queries";
import { duration } from "@/lib/time";
import { AUDIT_COLUMNS } from "./columns";

export function Component() {
  return (
    <>
      <PageHeader title="Audit trail" subtitle={<Chain />} actions={<Export />} />
      <Tabs
        label="Kinds of records"
        tabs={[
          { id: "events", label: "Changes", content: () => <Events /> },
          { id: "calls", label: "API calls", content: () => <Calls /> },
        ]}
      />
    </>
  );
}

function Events() {
  return (
    <ResourceList
      path="/api/v1/audit"
      noun="event"
      columns={AUDIT_COLUMNS}
      keep={["tab"]}
      filters={[
        { kind: "text", name: "actor", label: "Who, exactly" },
        { kind: "choice", name: "actor_type", label: "Kind of actor", values: actorTypeValues },
        { kind: "text", name: "action", label: "What, such as team_created" },
        {
          kind: "choice",
          name: "resource_type",
          label: "Object",
          values: [
            "certificate",
            "job",
            "agent",
            "agent_group",
            "target",
            "issuer",
            "profile",
            "renewal_policy",
            "policy_rule",
            "owner",
            "team",
            "notification",
            "notification_channel",
            "notification_routing",
            "approval_request",
            "operation",
            "api_key",
            "session",
            "audit_trail",
          ],
        },
        { kind: "date", name: "from", label: "From" },
        { kind: "date", name: "to", label: "Before" },
      ]}
      rowLink={(one) => `/audit/${one.id}`}
      empty={<Empty title="Nothing is recorded yet" />}
    />
  );
}

type Call = Row<"/api/v1/audit/calls">;

const CALL_COLUMNS: readonly Column<Call>[] = [
  {
    id: "path",
    header: "Call",
    csv: (one) => `${one.method} ${one.path}`,
    cell: (one) => (
      <code className="block max-w-96 truncate font-mono text-[12px]" title={one.path}>
        {one.method} {one.path}
      </code>
    ),
  },
  {
    id: "status",
    header: "Status",
    csv: (one) => one.status,
    cell: (one) =>
      one.status ? (
        <Badge tone={one.status >= 500 ? "bad" : one.status >= 400 ? "warn" : "ok"}>{one.status}</Badge>
      ) : (
        "Ended early"
      ),
  },
  { id: "actor", header: "Who", csv: (one) => one.actor, cell: (one) => one.actor || "—" },
  {
    id: "latency",
    header: "Took",
    align: "right",
    csv: (one) => one.latency_ms,
    cell: (one) => duration(one.latency_ms),
  },
  {
    id: "address",
    header: "Address",
    csv: (one) => one.client_address,
    cell: (one) => one.client_address ?? "—",
  },
  {
    id: "request",
    header: "Request",
    hidden: true,
    csv: (one) => one.request_id,
    cell: (one) => one.request_id ?? "—",
  },
  { id: "time", header: "When", csv: (one) => one.timestamp, cell: (one) => <Time at={one.timestamp} /> },
];

function Calls() {
  return (
    <ResourceList
      path="/api/v1/audit/calls"
      noun="call"
      columns={CALL_COLUMNS}
      keep={["tab"]}
      filters={[
        { kind: "text", name: "actor", label: "Who, exactly" },
        { kind: "text", name: "path", label: "Path" },
        {
          kind: "choice",
          name: "method",
          label: "Method",
          values: ["GET", "POST", "PUT", "PATCH", "DELETE"],
        },
        { kind: "text", name: "request_id", label: "Request id" },
        { kind: "date", name: "from", label: "From" },
      ]}
      empty={<Empty title="No calls are recorded yet" />}
    />
  );
}

/** How far the chain over the trail reaches. */
function Chain() {
  const chain = useQuery({
    queryKey: ["audit", "checkpoint"],
    queryFn: ({ signal }) => call(api.GET("/api/v1/audit/checkpoint", { signal })),
  });
  if (!chain.data) return null;
  const { sealed, checkpoint, key_id } = chain.data;
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <ShieldCheck aria-hidden className="size-4 text-ok" />
      {sealed.toLocaleString()} events are sealed in a chain
      {checkpoint && (
        <>
          ; the last checkpoint, at {checkpoint.sequence.toLocaleString()}, was signed{" "}
          <Time at={checkpoint.signed_at} />
        </>
      )}
      <span className="flex items-center">
        (key <Code text={key_id} cut={16} />)
      </span>
      <span>
        Check it with <code className="font-mono text-[12px]">certctl-server audit verify</code>.
      </span>
    </span>
  );
}

/** Everything that the filters leave, from the server. */
function Export() {
  const [search] = useSearchParams();
  const exported = useChange(
    async (format: string) => {
      const { filters } = readListParams(search, ["tab"]);
      const query = new URLSearchParams({ ...filters, format });
      return { format, file: await fetchBlob(`/api/v1/audit/export?${query.toString()}`) };
    },
    [],
    ({ format, file }) => save(`audit-trail-${new Date().toISOString().slice(0, 10)}.${format}`, file),
  );
  if ((search.get("tab") ?? "events") !== "events") return null;
  return (
    <>
      {exported.isError && <Problem error={exported.error} />}
      {["csv", "ndjson"].map((format) => (
        <Button
          key={format}
          busy={exported.isPending && exported.variables === format}
          icon={<Download aria-hidden className="size-4" />}
          onClick={() => exported.mutate(format)}
        >
          All as {format.toUpperCase()}
        </Button>
      ))}
    </>
  );
}
