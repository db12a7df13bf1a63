import { useEffect, useState } from "react";
import { serverNow } from "@/api/client";
import { day, daysUntil, exact, expiryTone, relative, short } from "@/lib/time";
import { cx } from "@/lib/cx";

/** A moment. The tooltip is exact, with the zone; the text is relative unless `as` says otherwise. */
export function Time(props: {
  at: string | null | undefined;
  as?: "relative" | "short" | "day" | "exact";
  none?: string;
}) {
  const { at, as = "relative", none = "—" } = props;
  const now = useMinute();
  if (!at) return <span className="text-muted">{none}</span>;
  const text = {
    relative: () => relative(at, now),
    short: () => short(at),
    day: () => day(at),
    exact: () => exact(at),
  };
  return (
    <time dateTime={at} title={exact(at)} className="whitespace-nowrap">
      {text[as]()}
    </time>
  );
}

/** The end of something: its day, and how far away it is. */
export function Expiry({ at }: { at: string | null | undefined }) {
  const now = useMinute();
  if (!at) return <span className="text-muted">Not issued</span>;
  const days = daysUntil(at, now);
  const tone = expiryTone(at, now);
  return (
    <time dateTime={at} title={exact(at)} className="whitespace-nowrap">
      {day(at)}{" "}
      <span
        className={cx(
          "text-[12px]",
          tone === "bad" ? "text-bad" : tone === "warn" ? "text-warn" : "text-muted",
        )}
      >
        {days <= 0 ? `ended ${relative(at, now)}` : `${days.toLocaleString()} d`}
      </span>
    </time>
  );
}

/** The server's time, anew every half a minute. */
function useMinute(): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
