import type { ReactNode } from "react";
import type { RevocationPreview } from "@/api/schema";
import { Badge, StatusBadge } from "@/components/badge";
import { Code } from "@/components/copy";
import { TextLink } from "@/components/page";
import { Ref } from "@/components/refs";
import { Expiry } from "@/components/time";
import { count } from "@/lib/words";
import { SiblingList } from "./siblings";

/** What a revocation would hit: leaves, the places that serve them, others with the same key. */
export function Impact({ preview, status }: { preview: RevocationPreview; status: string }) {
  const { leaves, targets, siblings, status_after } = preview;
  return (
    <section aria-label="What would happen" className="space-y-3 rounded-md border bg-page p-3">
      <p className="flex flex-wrap items-center gap-2">
        The certificate:
        <StatusBadge status={status} /> {status !== status_after && <>becomes</>}
        {status === status_after ? "stays so" : <StatusBadge status={status_after} />}
      </p>
      <Part title={count(leaves.length, "leaf", "leaves")}>
        {leaves.map((leaf) => (
          <li key={leaf.version_id} className="flex flex-wrap items-center justify-between gap-x-3">
            <span className="flex items-center gap-1.5">
              <Code text={leaf.serial_number} cut={18} />
              {leaf.already_revoked && <Badge>Revoked already</Badge>}
            </span>
            <span className="flex items-center gap-2 text-[12.5px]">
              <Ref of="agent" id={leaf.agent_id} /> <Expiry at={leaf.not_after} />
            </span>
          </li>
        ))}
      </Part>
      <Part
        title={
          targets.length === 0
            ? "No target serves them"
            : `${count(targets.length, "target serves", "targets serve")} them`
        }
      >
        {targets.map((target) => (
          <li key={target.target_id}>
            <TextLink to={`/targets/${target.target_id}`}>{target.name}</TextLink>
          </li>
        ))}
      </Part>
      {siblings.length > 0 && (
        <Part
          title={`${count(siblings.length, "other certificate has", "other certificates have")} the same key`}
        >
          <SiblingList siblings={siblings} />
        </Part>
      )}
    </section>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h3 className="text-[12.5px] font-semibold">{title}</h3>
      <ul className="max-h-36 overflow-y-auto">{children}</ul>
    </div>
  );
}
