import { usePage } from "@/api/lists";
import { Card } from "@/components/page";
import { Empty, Problem, Skeleton } from "@/components/problem";
import { useCan } from "@/lib/session";
import { useChange } from "@/lib/queries";
import { markRead, requeueNotification } from "./api";
import { NotificationRow } from "./row";

/** What was told about one certificate. */
export function NotificationsOf({ certificateId }: { certificateId: string }) {
  const can = useCan();
  const page = usePage(
    "/api/v1/notifications",
    { certificate_id: certificateId, per_page: 50 },
    { enabled: can("notification.read") },
  );
  const touches = [["notifications"]];
  const requeue = useChange(requeueNotification, touches);
  const read = useChange(markRead, touches);
  if (!can("notification.read")) return <Empty title="Your role does not read notifications" />;
  const failed = page.error ?? requeue.error ?? read.error;
  return (
    <Card title="Notifications" flush>
      {failed && (
        <div className="p-3">
          <Problem error={failed} />
        </div>
      )}
      {page.isPending && (
        <div className="p-4">
          <Skeleton />
        </div>
      )}
      {page.data?.data.length === 0 && <Empty title="Nobody was told anything about it" />}
      <div className="divide-y">
        {page.data?.data.map((one) => (
          <NotificationRow
            key={one.id}
            one={one}
            onRequeue={can("notification.write") ? (id) => requeue.mutate(id) : undefined}
            onRead={can("notification.write") ? (id) => read.mutate(id) : undefined}
            busy={requeue.isPending ? requeue.variables : undefined}
          />
        ))}
      </div>
    </Card>
  );
}
