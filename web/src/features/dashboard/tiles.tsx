import { Link } from "react-router";
import type { DashboardSummary } from "@/api/schema";
import { useByStatus } from "./queries";

/** The main figures; each leads to what it counts. */
export function Tiles({ summary }: { summary: DashboardSummary | undefined }) {
  const statuses = useByStatus().data;
  const expiring = statuses && (statuses.find((one) => one.status === "Expiring")?.count ?? 0);
  const tiles = [
    ["Certificates", summary?.total_certificates, "/certificates"],
    ["Near their end", expiring, "/certificates?status=Expiring"],
    ["Agents", summary?.total_agents, "/agents"],
    ["Agents online", summary?.active_agents, "/agents?status=Online"],
    ["Jobs pending", summary?.pending_jobs, "/jobs?status=Pending"],
    ["Jobs completed", summary?.complete_jobs, "/jobs?status=Completed"],
  ] as const;
  return (
    <ul className="card grid grid-cols-2 overflow-hidden sm:grid-cols-3 xl:grid-cols-6">
      {tiles.map(([label, number, to]) => (
        <li key={label} className="border-r border-b last:border-r-0 xl:border-b-0">
          <Link to={to} className="block px-4 py-3 hover:bg-hover">
            <span className="block text-[12px] text-muted">{label}</span>
            <span className="block text-[22px] leading-tight font-semibold tabular-nums">
              {number === undefined ? "–" : number.toLocaleString()}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
