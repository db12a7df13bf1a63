import { useQuery } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import type { Explanation } from "@/api/schema";
import { Badge, type Tone } from "@/components/badge";
import { Problem, Skeleton } from "@/components/problem";
import { Ref } from "@/components/refs";
import { Expiry, Time } from "@/components/time";
import { words } from "@/lib/words";

const TONES: Readonly<Record<Explanation["next"]["action"], Tone>> = {
  renew: "info",
  deploy: "info",
  wait: "neutral",
  none: "warn",
};

/** Why the certificate is renewed when it is, and what stands against it: the server's own reasoning. */
export function Explain({ id }: { id: string }) {
  const explanation = useQuery({
    queryKey: ["certificates", "explain", id],
    queryFn: ({ signal }) =>
      call(api.GET("/api/v1/certificates/{id}/explain", { params: { path: { id } }, signal })),
  });
  if (explanation.isError)
    return <Problem error={explanation.error} onRetry={() => void explanation.refetch()} />;
  if (!explanation.data) return <Skeleton lines={4} />;
  const { next, blockers, holders } = explanation.data;
  return (
    <div className="space-y-4 text-[13px]">
      <div className="flex flex-wrap items-start gap-2">
        <Badge tone={next.expires_first ? "bad" : TONES[next.action]}>{words(next.action)}</Badge>
        <p className="min-w-0 flex-1">
          {next.message}
          {next.at && (
            <>
              {" "}
              (<Time at={next.at} />)
            </>
          )}
          {next.expires_first && <b className="text-bad"> It ends before that.</b>}
        </p>
      </div>
      {blockers.length > 0 && (
        <div>
          <h3 className="mb-1 text-[12.5px] font-semibold">What stands against it</h3>
          <ul className="space-y-2">
            {blockers.map((blocker) => (
              <li
                key={blocker.code + blocker.message}
                className="rounded-md border border-warn/30 bg-warn-soft p-2.5"
              >
                <p>{blocker.message}</p>
                <p className="mt-0.5 text-[12.5px] text-muted">{blocker.next}</p>
              </li>
            ))}
          </ul>
        </div>
      )}
      {holders.length > 0 && (
        <div>
          <h3 className="mb-1 text-[12.5px] font-semibold">Who holds a key</h3>
          <ul className="divide-y rounded-md border">
            {holders.map((holder) => (
              <li key={holder.agent_id} className="space-y-0.5 px-3 py-2">
                <div className="flex flex-wrap justify-between gap-2">
                  <Ref of="agent" id={holder.agent_id} />
                  <Expiry at={holder.expires_at} />
                </div>
                <p className="text-[12.5px] text-muted">{holder.next.message}</p>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
