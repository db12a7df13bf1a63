import { lazy, Suspense, useEffect } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { Card, PageHeader } from "@/components/page";
import { Problem, Skeleton } from "@/components/problem";
import { useStored } from "@/lib/stored";
import { useCan } from "@/lib/session";
import { Attention } from "./attention";
import { ExpiryHeatmap } from "./heatmap";
import { ExpiringByOwner, FailedJobs } from "./lists";
import { useByStatus, useIssuances, useJobTrends, useSummary } from "./queries";
import { Tiles } from "./tiles";

const StatusRing = lazy(async () => ({ default: (await import("./charts")).StatusRing }));
const JobChart = lazy(async () => ({ default: (await import("./charts")).JobChart }));
const IssuanceChart = lazy(async () => ({ default: (await import("./charts")).IssuanceChart }));

/** What is broken, what comes next, and how it has been going. */
export function Component() {
  const summary = useSummary();
  useFirstRun(summary.data);
  return (
    <>
      <PageHeader title="Dashboard" />
      <div className="space-y-4">
        <Attention />
        {summary.isError ? (
          <Problem error={summary.error} onRetry={() => void summary.refetch()} />
        ) : (
          <Tiles summary={summary.data} />
        )}
        <div className="grid grid-cols-1 gap-4 xl:grid-cols-3">
          <ExpiryHeatmap className="xl:col-span-2" />
          <Ring />
        </div>
        <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
          <ExpiringByOwner />
          <FailedJobs />
        </div>
        <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
          <Issuances />
          <Jobs />
        </div>
      </div>
    </>
  );
}

/** An installation without certificates and agents begins with the guide, once. */
function useFirstRun(summary: { total_certificates: number; total_agents: number } | undefined) {
  const [isDismissed] = useStored("welcome.dismissed", false);
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const can = useCan();
  const isNew = summary?.total_certificates === 0 && summary.total_agents === 0;
  const offer = isNew && !isDismissed && can("agent.write") && search.get("welcome") !== "no";
  useEffect(() => {
    if (offer) void navigate("/welcome", { replace: true });
  }, [offer, navigate]);
}

function Ring() {
  const counts = useByStatus();
  return (
    <Card title="Certificates by status">
      {counts.isError ? (
        <Problem error={counts.error} onRetry={() => void counts.refetch()} />
      ) : (
        <Suspense fallback={<Skeleton lines={6} />}>
          {counts.data ? <StatusRing counts={counts.data} /> : <Skeleton lines={6} />}
        </Suspense>
      )}
    </Card>
  );
}

function Issuances() {
  const days = useIssuances(30);
  return (
    <Card title="Issued certificates, last 30 days">
      {days.isError ? (
        <Problem error={days.error} onRetry={() => void days.refetch()} />
      ) : (
        <Suspense fallback={<Skeleton lines={6} />}>
          {days.data ? <IssuanceChart days={days.data} /> : <Skeleton lines={6} />}
        </Suspense>
      )}
    </Card>
  );
}

function Jobs() {
  const days = useJobTrends(30);
  return (
    <Card title="Jobs, last 30 days">
      {days.isError ? (
        <Problem error={days.error} onRetry={() => void days.refetch()} />
      ) : (
        <Suspense fallback={<Skeleton lines={6} />}>
          {days.data ? <JobChart days={days.data} /> : <Skeleton lines={6} />}
        </Suspense>
      )}
    </Card>
  );
}
