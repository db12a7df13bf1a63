import { Check, RotateCcw } from "lucide-react";
import type { Row } from "@/api/lists";
import { Badge, StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { TextLink } from "@/components/page";
import { Time } from "@/components/time";
import { cx } from "@/lib/cx";
import { words } from "@/lib/words";

export type Notification = Row<"/api/v1/notifications">;

/** Whether somebody may ask for another delivery. */
export function isRequeueable(one: Notification): boolean {
  return (
    one.status === "dead" ||
    one.status === "failed" ||
    (one.status === "sent" && one.delivery === "no_notifier")
  );
}

export interface RowActions {
  onRequeue?: (id: string) => void;
  onRead?: (id: string) => void;
  /** Which one is being changed. */
  busy?: string;
}

/** One notification: what it says, how its delivery stands, and whether it was read. */
export function NotificationRow({ one, onRequeue, onRead, busy }: RowActions & { one: Notification }) {
  const isRead = Boolean(one.read_at);
  return (
    <article
      className={cx(
        "flex flex-wrap items-start gap-x-4 gap-y-2 border-l-3 px-4 py-3 text-[13px]",
        one.status === "dead" ? "border-l-bad" : isRead ? "border-l-transparent" : "border-l-brand",
      )}
    >
      <div className="min-w-0 flex-1 basis-72 space-y-0.5">
        <div className="flex flex-wrap items-center gap-2">
          <TextLink to={`/notifications/${one.id}`}>
            <span className={cx(!isRead && "font-semibold")}>{one.subject || words(one.type)}</span>
          </TextLink>
          <StatusBadge status={one.severity} />
        </div>
        <p className="truncate text-muted" title={one.message}>
          {one.message}
        </p>
        {(one.status === "dead" || one.status === "failed") && (
          <p className="flex flex-wrap gap-x-3 text-[12.5px]">
            <span className="font-medium text-bad">
              Retry {one.retry_count}/{one.max_retries}
            </span>
            {one.last_error && (
              <span className="block max-w-[32rem] truncate text-bad" title={one.last_error}>
                {one.last_error}
              </span>
            )}
            {one.next_retry_at && one.status === "failed" && (
              <span className="text-muted">
                next <Time at={one.next_retry_at} />
              </span>
            )}
          </p>
        )}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <StatusBadge
          status={one.delivery === "no_notifier" ? "no_notifier" : one.status}
          title={`Delivery: ${one.status}`}
        />
        <Badge tone={isRead ? "neutral" : "info"}>{isRead ? "Read" : "Unread"}</Badge>
        <span className="max-w-52 truncate text-[12.5px] text-muted" title={one.recipient}>
          {one.channel}
          {one.recipient && ` · ${one.recipient}`}
        </span>
        <span className="text-[12.5px] text-muted">
          <Time at={one.created_at} />
        </span>
        {onRead && !isRead && (
          <Button
            small
            icon={<Check aria-hidden className="size-3.5" />}
            disabled={busy === one.id}
            onClick={() => onRead(one.id)}
          >
            Mark read
          </Button>
        )}
        {onRequeue && isRequeueable(one) && (
          <Button
            small
            icon={<RotateCcw aria-hidden className="size-3.5" />}
            busy={busy === one.id}
            onClick={() => onRequeue(one.id)}
          >
            Requeue
          </Button>
        )}
      </div>
    </article>
  );
}
