import { CircleAlert } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { ApiError } from "@/api/client";
import { Button } from "./button";

/** What went wrong and what to do next, with the id that the server's log knows it by. */
export function Problem({ error, onRetry, title }: { error: unknown; onRetry?: () => void; title?: string }) {
  const known = error instanceof ApiError ? error : undefined;
  const message = error instanceof Error ? error.message : "Something went wrong.";
  const wait = useCountdown(known?.retryAfter);
  return (
    <div role="alert" className="flex gap-2.5 rounded-md border border-bad/30 bg-bad-soft p-3 text-[13px]">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 space-y-1">
        {title && <p className="font-semibold text-bad">{title}</p>}
        <p className="break-words">{message}</p>
        {known && <FieldProblems error={known} />}
        {wait > 0 && <p>The server takes the next try in {wait} s.</p>}
        {known?.requestId && (
          <p className="text-[12px] text-muted">
            Request <code className="font-mono break-all">{known.requestId}</code>
          </p>
        )}
        {onRetry && (
          <Button small onClick={onRetry} disabled={wait > 0}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

function FieldProblems({ error }: { error: ApiError }) {
  if (error.fields.length === 0) return null;
  return (
    <ul className="list-disc pl-4">
      {error.fields.map((field) => (
        <li key={`${field.field} ${field.code}`}>
          {field.field && <code className="font-mono">{field.field}</code>} {field.message}
        </li>
      ))}
    </ul>
  );
}

/** Seconds left of a wait. */
export function useCountdown(seconds: number | undefined): number {
  const [end, setEnd] = useState<{ of: number | undefined; at: number }>({ of: undefined, at: 0 });
  const [now, setNow] = useState(() => Date.now());
  if (end.of !== seconds) setEnd({ of: seconds, at: now + (seconds ?? 0) * 1_000 });
  const left = Math.max(0, Math.ceil((end.at - now) / 1_000));
  useEffect(() => {
    if (!seconds) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [seconds]);
  return seconds ? left : 0;
}

/** A place where nothing is, with what to do about it. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-12 text-center">
      <p className="font-medium">{title}</p>
      {children && <div className="max-w-md text-[13px] text-muted">{children}</div>}
      {action}
    </div>
  );
}

/** Lines that are still to come. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div role="status" aria-label="Loading" className="space-y-2.5 py-1">
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="skeleton h-4" data-line={line % 3} />
      ))}
    </div>
  );
}
