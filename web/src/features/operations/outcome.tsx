import type { Operation } from "@/api/schema";
import { words } from "@/lib/words";
import { effective } from "./queries";

/** How an operation went, or would go. */
export function Outcome({ operation }: { operation: Operation }) {
  const errors = operation.errors ?? [];
  return (
    <div className="space-y-2">
      <dl className="grid grid-cols-4 gap-2 text-center">
        {(
          [
            ["Matched", operation.total_matched],
            [
              operation.dry_run ? "Would be done" : "Done",
              operation.dry_run ? effective(operation) : operation.total_done,
            ],
            ["Skipped", operation.total_skipped],
            ["Failed", operation.total_failed],
          ] as const
        ).map(([label, number]) => (
          <div key={label} className="rounded-md bg-page p-2">
            <dd className="text-[18px] font-semibold tabular-nums">{number.toLocaleString()}</dd>
            <dt className="text-[11.5px] text-muted">{label}</dt>
          </div>
        ))}
      </dl>
      {errors.length > 0 && (
        <ul className="max-h-40 overflow-y-auto rounded-md border p-2 text-[12.5px]">
          {errors.map((one) => (
            <li key={one.certificate_id}>
              <code className="font-mono">{one.certificate_id}</code>: {one.error}{" "}
              <span className="text-muted">({words(one.code)})</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function Progress({ operation }: { operation: Operation }) {
  return (
    <progress
      aria-label="Progress"
      value={operation.progress}
      max={100}
      className="h-2 w-full overflow-hidden rounded-full accent-brand"
    />
  );
}
