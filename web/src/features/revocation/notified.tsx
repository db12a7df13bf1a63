import type { Revocation } from "@/api/schema";
import { Badge } from "@/components/badge";
import { Time } from "@/components/time";

/** Whether the CA that issued the leaf knows of its revocation, and what stands against it. */
export function Notified({ one }: { one: Revocation }) {
  if (one.released_at) return <Badge>Hold lifted</Badge>;
  if (one.issuer_notified) return <Badge tone="ok">The CA knows</Badge>;
  return (
    <span className="block">
      {one.next_notify_at ? (
        <>
          <Badge tone="warn">Not told yet</Badge> next try <Time at={one.next_notify_at} />
        </>
      ) : (
        <>
          <Badge tone="bad">Given up</Badge> after {one.notify_attempts.toLocaleString()} tries; mend the
          cause and revoke it again with the same reason
        </>
      )}
      {one.last_notify_error && (
        <span className="block max-w-96 truncate text-[12px] text-bad" title={one.last_notify_error}>
          {one.last_notify_error}
        </span>
      )}
    </span>
  );
}
