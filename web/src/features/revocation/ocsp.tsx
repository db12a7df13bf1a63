import { useMutation } from "@tanstack/react-query";
import { Radio } from "lucide-react";
import { ApiError, fetchBlob } from "@/api/client";
import { Badge, type Tone } from "@/components/badge";
import { Button } from "@/components/button";
import { Problem } from "@/components/problem";
import { Time } from "@/components/time";
import type { OcspAnswer } from "@/lib/ocsp";

const LOOKS: Readonly<Record<OcspAnswer["status"], { tone: Tone; text: string }>> = {
  good: { tone: "ok", text: "Good" },
  revoked: { tone: "bad", text: "Revoked" },
  unknown: { tone: "warn", text: "Unknown" },
};

/** Asks this server's responder about one serial number, as a relying party does. */
export async function askOcsp(issuerId: string, serial: string): Promise<OcspAnswer> {
  const path = `/.well-known/pki/ocsp/${encodeURIComponent(issuerId)}/${encodeURIComponent(serial)}`;
  const answer = await fetchBlob(path).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404)
      throw new Error("This issuer has no responder at certctl.");
    throw error;
  });
  const { readOcsp } = await import("@/lib/ocsp");
  return readOcsp(await answer.arrayBuffer());
}

/** A button that asks OCSP, and what it answered. */
export function OcspCheck({ issuerId, serial }: { issuerId: string; serial: string }) {
  const ask = useMutation({ mutationFn: () => askOcsp(issuerId, serial) });
  return (
    <div className="space-y-2">
      <p className="flex flex-wrap items-center gap-2">
        <Button
          small
          busy={ask.isPending}
          icon={<Radio aria-hidden className="size-3.5" />}
          onClick={() => ask.mutate()}
        >
          Ask OCSP
        </Button>
        {ask.data && (
          <>
            <Badge tone={LOOKS[ask.data.status].tone}>{LOOKS[ask.data.status].text}</Badge>
            {ask.data.revokedAt && (
              <span>
                since <Time at={ask.data.revokedAt} as="short" />
              </span>
            )}
            <span className="text-muted">
              said <Time at={ask.data.thisUpdate} />
              {ask.data.nextUpdate && (
                <>
                  , good until <Time at={ask.data.nextUpdate} as="short" />
                </>
              )}
            </span>
          </>
        )}
      </p>
      {ask.isError && <Problem error={ask.error} title="OCSP gave no answer" />}
    </div>
  );
}
