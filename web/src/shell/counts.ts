import { usePage } from "@/api/lists";
import { useCan } from "@/lib/session";
import { useSummary } from "@/features/dashboard/queries";

/** What waits for somebody, for the menu. */
export function useShellCounts(): { approvals: number; dead: number } {
  const can = useCan();
  const summary = useSummary(can("inventory.read"));
  const approvals = usePage(
    "/api/v1/approvals",
    { state: "pending", per_page: 1 },
    { enabled: can("inventory.read") },
  );
  return { approvals: approvals.data?.total ?? 0, dead: summary.data?.notifications_dead ?? 0 };
}
