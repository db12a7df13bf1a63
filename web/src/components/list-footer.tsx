import { ChevronLeft, ChevronRight } from "lucide-react";
import { PAGE_SIZES, type ListControls } from "@/lib/list-params";
import { IconButton } from "./button";

/** How much a list holds, and the way through its pages. */
export function ListFooter(props: {
  /** Such as `12 certificates`; empty while it is not known. */
  noun: string;
  /** Rows that were read so far, of a list that is not shown in pages. */
  read: number | undefined;
  total: number | undefined;
  controls: ListControls;
  /** Where the next page begins, when there is one. */
  next: string | null | undefined;
}) {
  const { read, total, controls, next } = props;
  const pages = total === undefined ? undefined : Math.max(1, Math.ceil(total / controls.pageSize));
  return (
    <footer className="flex flex-wrap items-center justify-between gap-2 border-t px-3 py-2 text-[12.5px] text-muted">
      <span role="status">
        {props.noun}
        {read !== undefined && total !== undefined && read < total && `, ${read.toLocaleString()} read`}
      </span>
      {read === undefined && (
        <div className="flex items-center gap-2">
          <label className="flex items-center gap-1.5">
            Rows
            <select
              className="field min-h-7 w-auto py-0.5"
              value={controls.pageSize}
              onChange={(event) => controls.setPageSize(Number(event.target.value))}
            >
              {PAGE_SIZES.map((size) => (
                <option key={size}>{size}</option>
              ))}
            </select>
          </label>
          <span className="tabular-nums">
            Page {controls.trail.length + 1}
            {pages !== undefined && ` of ${pages.toLocaleString()}`}
          </span>
          <IconButton
            small
            label="Previous page"
            icon={<ChevronLeft aria-hidden className="size-4" />}
            disabled={controls.trail.length === 0}
            onClick={controls.previous}
          />
          <IconButton
            small
            label="Next page"
            icon={<ChevronRight aria-hidden className="size-4" />}
            disabled={!next}
            onClick={() => {
              if (next) controls.next(next);
            }}
          />
        </div>
      )}
    </footer>
  );
}
