import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { api, call } from "@/api/client";
import { Badge, StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { Code } from "@/components/copy";
import { Card, Fact, Facts, PageHeader } from "@/components/page";
import { Empty, Problem, Skeleton } from "@/components/problem";
import { Ref } from "@/components/refs";
import { Time } from "@/components/time";
import { useToast } from "@/components/toast";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { duration } from "@/lib/time";
import { words } from "@/lib/words";
import { ObjectRef } from "../audit/object-ref";
import { markRead, requeueNotification } from "./api";
import { isRequeueable } from "./row";

export function Component() {
  const { id = "" } = useParams();
  const can = useCan();
  const tell = useToast();
  const notification = useQuery({
    queryKey: ["notifications", "one", id],
    queryFn: ({ signal }) =>
      call(api.GET("/api/v1/notifications/{id}", { params: { path: { id } }, signal })),
  });
  const touches = [["notifications"], ["statistics"]];
  const requeue = useChange(requeueNotification, touches, () => tell("It is delivered again."));
  const read = useChange(markRead, touches);
  const crumbs = [{ to: "/notifications", label: "Notifications" }];
  if (notification.isError) {
    return (
      <>
        <PageHeader title="Notification" crumbs={crumbs} />
        <Problem error={notification.error} onRetry={() => void notification.refetch()} />
      </>
    );
  }
  if (!notification.data) return <Skeleton lines={6} />;
  const one = notification.data;
  const failed = requeue.error ?? read.error;
  return (
    <>
      <PageHeader
        title={one.subject}
        crumbs={crumbs}
        heading={
          <>
            {one.subject}
            <StatusBadge status={one.severity} />
          </>
        }
        subtitle={<Code text={one.id} />}
        actions={
          can("notification.write") && (
            <>
              {!one.read_at && (
                <Button busy={read.isPending} onClick={() => read.mutate(one.id)}>
                  Mark read
                </Button>
              )}
              {isRequeueable(one) && (
                <Button variant="primary" busy={requeue.isPending} onClick={() => requeue.mutate(one.id)}>
                  Requeue
                </Button>
              )}
            </>
          )
        }
      />
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        {failed && <Problem error={failed} />}
        <Card title="Message">
          <p className="text-[13px] whitespace-pre-wrap">{one.message}</p>
          {(one.facts?.length ?? 0) > 0 && (
            <div className="mt-4">
              <Facts>
                {one.facts?.map((fact) => (
                  <Fact key={fact.label} name={fact.label}>
                    {fact.value}
                  </Fact>
                ))}
              </Facts>
            </div>
          )}
        </Card>
        <Card title="Delivery">
          <Facts>
            <Fact name="State">
              <StatusBadge status={one.status} /> {one.delivery && <Badge>{words(one.delivery)}</Badge>}
            </Fact>
            <Fact name="Read">
              <Time at={one.read_at} none="Not yet" />
            </Fact>
            <Fact name="About">{words(one.type)}</Fact>
            <Fact name="Object">
              <ObjectRef type={one.resource_type} id={one.resource_id} alone />
            </Fact>
            <Fact name="Channel">
              {one.channel_id ? <Ref of="channel" id={one.channel_id} /> : one.channel}
            </Fact>
            <Fact name="Recipient">{one.recipient || "—"}</Fact>
            <Fact name="Tries">
              {one.retry_count} of {one.max_retries} failed
            </Fact>
            <Fact name="Next try">
              <Time at={one.next_retry_at} none={one.status === "pending" ? "Due" : "None"} />
            </Fact>
            <Fact name="Sent">
              <Time at={one.sent_at} none="Not yet" />
            </Fact>
            <Fact name="Created">
              <Time at={one.created_at} />
            </Fact>
            {one.last_error && (
              <Fact name="Last error">
                <span className="text-bad">{one.last_error}</span>
              </Fact>
            )}
          </Facts>
        </Card>
        <Card title="Attempts" className="lg:col-span-2" flush>
          {(one.attempts ?? []).length === 0 ? (
            <Empty title="No attempt was made yet" />
          ) : (
            <ul className="divide-y text-[13px]">
              {one.attempts?.map((attempt) => (
                <li key={attempt.number} className="flex flex-wrap items-center gap-2 px-4 py-2">
                  <Badge>#{attempt.number}</Badge>
                  <StatusBadge status={attempt.result} />
                  <span className="min-w-0 flex-1 break-words">{attempt.detail}</span>
                  <span className="text-[12px] text-muted">
                    <Time at={attempt.started_at} as="short" /> · {duration(attempt.duration_ms)}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Card>
      </div>
    </>
  );
}
