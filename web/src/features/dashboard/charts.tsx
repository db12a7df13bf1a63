import { useNavigate, Link } from "react-router";
import {
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  Pie,
  PieChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import type { DayIssuances, DayJobs, StatusCount } from "@/api/schema";
import { words } from "@/lib/words";

const dayFormat = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", timeZone: "UTC" });
const day = (iso: string) => dayFormat.format(new Date(iso));

const RING: Readonly<Record<string, string>> = {
  Active: "var(--chart-1)",
  Expiring: "var(--chart-2)",
  Expired: "var(--chart-3)",
  Failed: "var(--chart-3)",
  Revoked: "var(--chart-5)",
  RenewalInProgress: "var(--chart-4)",
  Pending: "var(--chart-4)",
  Archived: "var(--chart-6)",
};

const TIP = {
  contentStyle: {
    background: "var(--raised)",
    border: "1px solid var(--line)",
    borderRadius: 8,
    fontSize: 12.5,
    color: "var(--ink)",
  },
  itemStyle: { color: "var(--ink)", padding: 0 },
  cursor: { fill: "var(--hover)" },
} as const;

const AXIS = { stroke: "var(--muted)", fontSize: 11, tickLine: false, axisLine: false } as const;

/** Certificates by status; words and numbers stand beside the ring for everybody who cannot use it. */
export function StatusRing({ counts }: { counts: readonly StatusCount[] }) {
  const navigate = useNavigate();
  const shown = counts.filter((one) => one.count > 0);
  const total = shown.reduce((sum, one) => sum + one.count, 0);
  return (
    <div className="flex flex-wrap items-center justify-center gap-5">
      <div className="relative size-40 shrink-0" aria-hidden>
        <ResponsiveContainer width="100%" height="100%">
          <PieChart accessibilityLayer={false}>
            <Pie
              data={shown.map((one) => ({ ...one, fill: RING[one.status] ?? "var(--chart-6)" }))}
              dataKey="count"
              nameKey="status"
              innerRadius="68%"
              outerRadius="100%"
              strokeWidth={2}
              stroke="var(--surface)"
              isAnimationActive={false}
              rootTabIndex={-1}
              onClick={(_, index) => {
                const status = shown[index]?.status;
                if (status) void navigate(`/certificates?status=${status}`);
              }}
              className="cursor-pointer"
            />
          </PieChart>
        </ResponsiveContainer>
        <div className="pointer-events-none absolute inset-0 grid place-content-center text-center">
          <span className="text-[22px] leading-none font-semibold tabular-nums">
            {total.toLocaleString()}
          </span>
        </div>
      </div>
      <ul className="min-w-40 flex-1 space-y-0.5 text-[13px]">
        {shown.map((one) => (
          <li key={one.status}>
            <Link
              to={`/certificates?status=${one.status}`}
              className="flex items-center gap-2 rounded px-1.5 py-0.5 hover:bg-hover"
            >
              <span aria-hidden className="size-2.5 rounded-[3px]" style={{ background: RING[one.status] }} />
              {words(one.status)}
              <span className="ml-auto tabular-nums">{one.count.toLocaleString()}</span>
            </Link>
          </li>
        ))}
        {shown.length === 0 && <li className="text-muted">No certificates yet</li>}
      </ul>
    </div>
  );
}

/** Issued leaves by day: new certificates and renewals. */
export function IssuanceChart({ days }: { days: readonly DayIssuances[] }) {
  const total = days.reduce((sum, one) => sum + one.issued_count, 0);
  return (
    <Figure label={`${total.toLocaleString()} leaves were issued in ${days.length} days`}>
      <BarChart data={days} margin={{ left: -18, right: 4, top: 4 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="date" tickFormatter={day} {...AXIS} minTickGap={28} />
        <YAxis allowDecimals={false} {...AXIS} />
        <Tooltip {...TIP} labelFormatter={(label) => (typeof label === "string" ? day(label) : "")} />
        <Legend iconType="square" iconSize={9} wrapperStyle={{ fontSize: 12 }} />
        <Bar
          name="Renewed"
          dataKey="renewed_count"
          stackId="a"
          fill="var(--chart-1)"
          isAnimationActive={false}
        />
        <Bar name="New" dataKey="new_count" stackId="a" fill="var(--chart-4)" isAnimationActive={false} />
      </BarChart>
    </Figure>
  );
}

/** Jobs by day and how they ended. */
export function JobChart({ days }: { days: readonly DayJobs[] }) {
  const failed = days.reduce((sum, one) => sum + one.failed_count, 0);
  const done = days.reduce((sum, one) => sum + one.completed_count, 0);
  return (
    <Figure
      label={`${done.toLocaleString()} jobs were completed and ${failed.toLocaleString()} failed in ${days.length} days`}
    >
      <BarChart data={days} margin={{ left: -18, right: 4, top: 4 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="date" tickFormatter={day} {...AXIS} minTickGap={28} />
        <YAxis allowDecimals={false} {...AXIS} />
        <Tooltip {...TIP} labelFormatter={(label) => (typeof label === "string" ? day(label) : "")} />
        <Legend iconType="square" iconSize={9} wrapperStyle={{ fontSize: 12 }} />
        <Bar
          name="Completed"
          dataKey="completed_count"
          stackId="a"
          fill="var(--chart-1)"
          isAnimationActive={false}
        />
        <Bar
          name="Failed"
          dataKey="failed_count"
          stackId="a"
          fill="var(--chart-3)"
          isAnimationActive={false}
        />
      </BarChart>
    </Figure>
  );
}

function Figure({ label, children }: { label: string; children: React.ReactElement }) {
  return (
    <figure>
      <div className="h-52 overflow-hidden" aria-hidden>
        <ResponsiveContainer width="100%" height="100%">
          {children}
        </ResponsiveContainer>
      </div>
      <figcaption className="mt-1 text-[12.5px] text-muted">{label}.</figcaption>
    </figure>
  );
}
