import { useEffect, useRef, useState } from "react";
import { api, call, serverNow } from "@/api/client";
import { usePage } from "@/api/lists";
import { StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { Snippet } from "@/components/copy";
import { Dialog } from "@/components/dialog";
import { TextLink } from "@/components/page";
import { Problem, Skeleton } from "@/components/problem";
import { Time } from "@/components/time";
import { useChange } from "@/lib/queries";

/** A one-time token and what to do with it on the host. */
export function Enrol({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Enrol an agent" onClose={onClose} wide actions={<Button onClick={onClose}>Done</Button>}>
      <EnrolSteps />
    </Dialog>
  );
}

/** The commands for the host, and a look-out for the agent that runs them. */
export function EnrolSteps({ onSeen }: { onSeen?: (agentId: string) => void }) {
  const [since] = useState(() => new Date(serverNow() - 1_000).toISOString());
  const token = useChange(() => call(api.POST("/api/v1/agents/enrolment-tokens", { body: {} })), []);
  const { mutate } = token;
  const started = useRef(false);
  useEffect(() => {
    if (started.current) return;
    started.current = true;
    mutate(undefined);
  }, [mutate]);
  const agents = usePage("/api/v1/agents", { per_page: 5 });
  const seen = agents.data?.data.find((one) => one.registered_at > since);
  const seenId = seen?.id;
  useEffect(() => {
    if (seenId) onSeen?.(seenId);
  }, [seenId, onSeen]);
  if (token.isError) return <Problem error={token.error} onRetry={() => mutate(undefined)} />;
  if (!token.data) return <Skeleton lines={4} />;
  const command = `certctl-agent enroll --server ${location.origin} --ca-bundle certctl-ca.crt \\
    --state-dir /var/lib/certctl-agent --token ${token.data.token}
certctl-agent --state-dir /var/lib/certctl-agent --ca-bundle certctl-ca.crt`;
  return (
    <div className="space-y-4 text-[13px]">
      <p>
        Put <code className="font-mono">certctl-agent</code> and the CA certificate of this server (
        <code className="font-mono">certctl-ca.crt</code>; with the server&apos;s own certificate that is{" "}
        <code className="font-mono">tls/ca.crt</code> of its data directory) on the host, and run there:
      </p>
      <Snippet label="Commands for the host" text={command} />
      <p className="text-muted">
        The token is good for one agent, until <Time at={token.data.expires_at} as="short" />. It is not shown
        again.
      </p>
      <div role="status" className="rounded-md border bg-page p-3">
        {seen ? (
          <span className="flex items-center gap-2">
            <StatusBadge status={seen.status} /> <TextLink to={`/agents/${seen.id}`}>{seen.name}</TextLink>{" "}
            has enrolled <Time at={seen.registered_at} />.
          </span>
        ) : (
          <span className="flex items-center gap-2 text-muted">
            <span aria-hidden className="size-2 animate-pulse rounded-full bg-warn" />
            Waiting for the agent…
          </span>
        )}
      </div>
    </div>
  );
}
