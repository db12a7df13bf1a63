import { Link } from "react-router";
import { Card } from "@/components/page";
import { Problem, Skeleton } from "@/components/problem";
import { cx } from "@/lib/cx";
import { count } from "@/lib/words";
import { useExpirations } from "./queries";

const DAYS = 90;
const DAY_MILLIS = 86_400_000;
const weekdayFormat = new Intl.DateTimeFormat(undefined, { weekday: "short", timeZone: "UTC" });
const dateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeZone: "UTC" });
const monthFormat = new Intl.DateTimeFormat(undefined, { month: "short", timeZone: "UTC" });

/** Monday is 0. */
function weekday(date: Date): number {
  return (date.getUTCDay() + 6) % 7;
}

/** The certificates whose end falls on one day, UTC. */
export function dayLink(iso: string): string {
  const start = Date.parse(iso);
  const before = new Date(start + DAY_MILLIS).toISOString().slice(0, 10);
  // Bounds are exclusive, and an end at midnight belongs to the day that begins with it.
  const after = new Date(start - 1).toISOString();
  return `/certificates?expires_after=${after}&expires_before=${before}&sort=expires_at`;
}

/** How many certificates end on each of the next days. */
export function ExpiryHeatmap({ className }: { className?: string }) {
  const timeline = useExpirations(DAYS);
  return (
    <Card title={`Ends in the next ${DAYS} days`} className={className}>
      {timeline.isError ? (
        <Problem error={timeline.error} onRetry={() => void timeline.refetch()} />
      ) : timeline.data ? (
        <Grid days={timeline.data} />
      ) : (
        <Skeleton lines={6} />
      )}
    </Card>
  );
}

function Grid({ days }: { days: readonly { date: string; count: number }[] }) {
  const most = Math.max(1, ...days.map((day) => day.count));
  const first = days[0] ? new Date(days[0].date) : new Date();
  const lead = weekday(first);
  const total = days.reduce((sum, day) => sum + day.count, 0);
  const weeks = Math.ceil((days.length + lead) / 7);
  return (
    <div>
      <div className="overflow-x-auto pb-1">
        <div
          className="grid min-w-[520px] grid-flow-col grid-rows-[16px_repeat(7,minmax(20px,1fr))] gap-1"
          style={{ gridTemplateColumns: `34px repeat(${weeks}, minmax(22px, 1fr))` }}
        >
          <span />
          {Array.from({ length: 7 }, (_, row) => (
            <span key={row} aria-hidden className="self-center text-[11px] text-muted">
              {row % 2 === 0 ? weekdayFormat.format(new Date(Date.UTC(2024, 0, 1 + row))) : ""}
            </span>
          ))}
          {Array.from({ length: weeks }, (_, week) => (
            <Week key={week} week={week} lead={lead} days={days} most={most} />
          ))}
        </div>
      </div>
      <p className="mt-3 text-[12.5px] text-muted">
        {count(total, "certificate ends", "certificates end")} in this time. Days are those of UTC.
      </p>
    </div>
  );
}

function Week(props: {
  week: number;
  lead: number;
  days: readonly { date: string; count: number }[];
  most: number;
}) {
  const cells = Array.from({ length: 7 }, (_, row) => props.days[props.week * 7 + row - props.lead]);
  const begin = cells.find((cell) => cell?.date.endsWith("-01"));
  return (
    <>
      <span aria-hidden className="text-[11px] whitespace-nowrap text-muted">
        {begin ? monthFormat.format(new Date(begin.date)) : ""}
      </span>
      {cells.map((cell, row) => {
        if (!cell) return <span key={row} />;
        const label = `${dateFormat.format(new Date(cell.date))}: ${count(cell.count, "certificate")}`;
        const look = cx(
          "grid min-h-5 place-items-center rounded-[3px] text-[10.5px] tabular-nums",
          cell.count === 0 ? "bg-neutral-soft" : shade(cell.count / props.most),
        );
        return cell.count === 0 ? (
          <span key={cell.date} title={label} className={look} />
        ) : (
          <Link key={cell.date} to={dayLink(cell.date)} aria-label={label} title={label} className={look}>
            {cell.count < 1_000 ? cell.count : `${Math.round(cell.count / 1_000)}k`}
          </Link>
        );
      })}
    </>
  );
}

function shade(share: number): string {
  if (share > 0.66) return "bg-brand text-on-brand font-semibold";
  if (share > 0.33) return "bg-brand/60 text-ink font-medium";
  return "bg-brand/25 text-ink";
}
