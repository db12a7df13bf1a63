import { useQuery } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import type { SchedulerHealth } from "@/api/schema";

/** Figures of the whole installation. */
export function useSummary(enabled = true) {
  return useQuery({
    queryKey: ["statistics", "summary"],
    queryFn: ({ signal }) => call(api.GET("/api/v1/stats/summary", { signal })),
    enabled,
  });
}

export function useByStatus() {
  return useQuery({
    queryKey: ["statistics", "by-status"],
    queryFn: ({ signal }) => call(api.GET("/api/v1/stats/certificates-by-status", { signal })),
  });
}

export function useExpirations(days: number) {
  return useQuery({
    queryKey: ["statistics", "expirations", days],
    queryFn: ({ signal }) =>
      call(api.GET("/api/v1/stats/expiration-timeline", { params: { query: { days } }, signal })),
  });
}

export function useJobTrends(days: number) {
  return useQuery({
    queryKey: ["statistics", "jobs", days],
    queryFn: ({ signal }) =>
      call(api.GET("/api/v1/stats/job-trends", { params: { query: { days } }, signal })),
  });
}

export function useIssuances(days: number) {
  return useQuery({
    queryKey: ["statistics", "issuances", days],
    queryFn: ({ signal }) =>
      call(api.GET("/api/v1/stats/issuance-rate", { params: { query: { days } }, signal })),
  });
}

/** How the periodic tasks fare. Also answers, with 503, when one is late. */
export function useSchedulerHealth() {
  return useQuery({
    queryKey: ["health", "scheduler"],
    queryFn: async ({ signal }) => {
      const outcome = await api.GET("/health/scheduler", { signal }).catch(() => undefined);
      const health: unknown = outcome?.data ?? outcome?.error;
      if (typeof health === "object" && health !== null && "loops" in health)
        return health as SchedulerHealth;
      return call(api.GET("/health/scheduler", { signal }));
    },
    refetchInterval: 30_000,
  });
}
