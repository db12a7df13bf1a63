import { useQuery } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import { StatusBadge } from "@/components/badge";
import { Snippet } from "@/components/copy";
import { Card, Fact, Facts, PageHeader } from "@/components/page";
import { Problem, Skeleton } from "@/components/problem";
import { Table, type Column } from "@/components/table";
import { Time } from "@/components/time";
import type { LoopHealth } from "@/api/schema";
import { useCan } from "@/lib/session";
import { duration } from "@/lib/time";
import { words } from "@/lib/words";
import { useSchedulerHealth } from "../dashboard/queries";

const LOOPS: readonly Column<LoopHealth>[] = [
  { id: "name", header: "Task", cell: (one) => words(one.name) },
  { id: "status", header: "State", cell: (one) => <StatusBadge status={one.status} /> },
  { id: "period", header: "Every", cell: (one) => duration(one.period_seconds * 1_000) },
  { id: "success", header: "Last success", cell: (one) => <Time at={one.last_success_at} none="Never" /> },
  { id: "failure", header: "Last failure", cell: (one) => <Time at={one.last_failure_at} none="Never" /> },
  {
    id: "failures",
    header: "Failures in a row",
    align: "right",
    cell: (one) => one.consecutive_failures.toLocaleString(),
  },
  { id: "work", header: "Oldest work", cell: (one) => <Time at={one.oldest_work_at} none="None" /> },
];

export function Component() {
  const can = useCan();
  const health = useSchedulerHealth();
  return (
    <>
      <PageHeader
        title="Observability"
        subtitle={
          health.data && (
            <span className="flex items-center gap-2">
              <StatusBadge status={health.data.status} /> checked <Time at={health.data.checked_at} />
            </span>
          )
        }
      />
      <div className="space-y-4">
        <Card title="Periodic tasks" flush>
          {health.isError ? (
            <div className="p-3">
              <Problem error={health.error} onRetry={() => void health.refetch()} />
            </div>
          ) : (
            <Table
              label="Periodic tasks"
              columns={LOOPS}
              rows={health.data?.loops ?? []}
              rowKey={(one) => one.name}
              isLoading={health.isPending}
            />
          )}
        </Card>
        {can("metrics.read") && (
          <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
            <Figures />
            <Prometheus />
          </div>
        )}
      </div>
    </>
  );
}

function Figures() {
  const metrics = useQuery({
    queryKey: ["statistics", "metrics"],
    queryFn: ({ signal }) => call(api.GET("/api/v1/metrics", { signal })),
  });
  if (metrics.isError) return <Problem error={metrics.error} onRetry={() => void metrics.refetch()} />;
  if (!metrics.data) return <Skeleton lines={8} />;
  const { gauge, counter, uptime } = metrics.data;
  return (
    <Card title="Figures">
      <Facts>
        <Fact name="Running for">{duration(uptime.uptime_seconds * 1_000)}</Fact>
        <Fact name="Started">
          <Time at={uptime.server_started} />
        </Fact>
        {Object.entries({ ...gauge, ...counter }).map(([name, number]) => (
          <Fact key={name} name={words(name)}>
            <span className="tabular-nums">{number.toLocaleString()}</span>
          </Fact>
        ))}
      </Facts>
    </Card>
  );
}

function Prometheus() {
  const config = `scrape_configs:
  - job_name: certctl
    scheme: https
    metrics_path: /api/v1/metrics/prometheus
    authorization:
      credentials_file: /etc/prometheus/certctl.key
    tls_config:
      ca_file: /etc/prometheus/certctl-ca.crt
    static_configs:
      - targets: ["${location.host}"]`;
  return (
    <Card title="Prometheus">
      <div className="space-y-3 text-[13px]">
        <p>
          Make an API key of the role <i>metrics</i>, which can do nothing else, and have Prometheus read{" "}
          <code className="font-mono">/api/v1/metrics/prometheus</code>:
        </p>
        <Snippet label="Configuration for Prometheus" text={config} />
        <p className="text-muted">
          A dashboard for Grafana and rules for alerts are in{" "}
          <code className="font-mono">deploy/observability</code> of the sources. A listener of its own for
          metrics is set with <code className="font-mono">CERTCTL_METRICS_ADDRESS</code>, see the
          configuration page.
        </p>
      </div>
    </Card>
  );
}
