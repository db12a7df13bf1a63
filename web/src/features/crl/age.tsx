import { Badge } from "@/components/badge";
import { Time } from "@/components/time";

/** How fresh a CRL is. Past its `nextUpdate`, relying parties may refuse everything of the issuer. */
export function CrlAge({
  of: one,
}: {
  of: {
    generated_at?: string | null;
    this_update?: string | null;
    next_update?: string | null;
    is_stale?: boolean | null;
  };
}) {
  if (!one.this_update) return null;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5">
      <Badge tone={one.is_stale ? "bad" : "ok"}>{one.is_stale ? "Stale" : "Valid"}</Badge>
      <span>
        made <Time at={one.generated_at ?? one.this_update} />, {one.is_stale ? "ended" : "until"}{" "}
        <Time at={one.next_update} as="short" />
      </span>
    </span>
  );
}
