import { useQuery } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import type { CrlEvent } from "@/api/schema";
import { Badge } from "@/components/badge";
import { Card } from "@/components/page";
import { Empty, Problem } from "@/components/problem";
import { Table, type Column } from "@/components/table";
import { Time } from "@/components/time";
import { useCan } from "@/lib/session";
import { duration } from "@/lib/time";

const COLUMNS: readonly Column<CrlEvent>[] = [
  { id: "at", header: "Begun", cell: (one) => <Time at={one.started_at} /> },
  {
    id: "outcome",
    header: "Outcome",
    cell: (one) =>
      one.succeeded ? (
        <Badge tone="ok">Number {one.crl_number.toLocaleString()}</Badge>
      ) : (
        <Badge tone="bad">Failed</Badge>
      ),
  },
  {
    id: "entries",
    header: "Entries",
    align: "right",
    cell: (one) => (one.succeeded ? one.revoked_count.toLocaleString() : "—"),
  },
  { id: "took", header: "Took", align: "right", cell: (one) => duration(one.duration_ms) },
  {
    id: "error",
    header: "Error",
    cell: (one) => (
      <span className="block max-w-96 truncate text-bad" title={one.error ?? undefined}>
        {one.error}
      </span>
    ),
  },
];

/** The latest attempts to make the CRL, for administrators; nobody else's browser asks for them. */
export function Attempts({ issuerId }: { issuerId: string }) {
  const isAdmin = useCan()("admin.read");
  const cache = useQuery({
    queryKey: ["crl", "cache"],
    queryFn: ({ signal }) => call(api.GET("/api/v1/admin/crl/cache", { signal })),
    enabled: isAdmin,
    refetchInterval: 15_000,
  });
  if (!isAdmin) return null;
  const row = cache.data?.cache_rows.find((one) => one.issuer_id === issuerId);
  return (
    <Card title="Latest attempts" flush>
      {cache.isError ? (
        <div className="p-3">
          <Problem error={cache.error} onRetry={() => void cache.refetch()} />
        </div>
      ) : (
        <Table
          label="Latest attempts to make the CRL"
          columns={COLUMNS}
          rows={row?.recent_events ?? []}
          rowKey={(one) => one.started_at}
          isLoading={cache.isPending}
          empty={<Empty title="It was not tried yet" />}
        />
      )}
    </Card>
  );
}
