import {
  columnVisibilityFeature,
  rowSelectionFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp, ArrowUpDown } from "lucide-react";
import { useMemo, useRef, type KeyboardEvent, type ReactNode } from "react";
import { useNavigate } from "react-router";
import { cx } from "@/lib/cx";
import { Skeleton } from "./problem";

/** One column of a table. */
export interface Column<T> {
  id: string;
  header: string;
  cell: (row: T) => ReactNode;
  /** What a CSV file says; the column is left out of files without it. */
  csv?: (row: T) => unknown;
  /** Name of the field the server can sort by. */
  sort?: string;
  /** Shown only when it is chosen. */
  hidden?: boolean;
  /** Stays, whatever is chosen. */
  fixed?: boolean;
  align?: "right";
}

export type Selection = Readonly<Record<string, true>>;

interface TableProps<T> {
  /** Says what the rows are, for screen readers. */
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  /** Where a click on a row leads. The first column should hold the same link. */
  rowLink?: (row: T) => string | undefined;
  visibility?: Readonly<Record<string, boolean>>;
  sort?: string;
  onSort?: (sort: string | undefined) => void;
  selection?: Selection;
  onSelection?: (selection: Selection) => void;
  isLoading?: boolean;
  /** Dimmed while newer rows are on their way. */
  isStale?: boolean;
  empty?: ReactNode;
  /** Height of the part that scrolls; then only visible rows are in the page. */
  virtualHeight?: string;
  onEndReached?: () => void;
}

const features = tableFeatures({ columnVisibilityFeature, rowSelectionFeature });
const ROW_HEIGHT = 41;

/** Rows under headings. Sorting, filtering and paging are the server's. */
export function Table<T extends object>(props: TableProps<T>) {
  const { columns, rows, rowKey, selection, onSelection } = props;
  const definitions = useMemo<ColumnDef<typeof features, T>[]>(
    () =>
      columns.map((column) => ({
        id: column.id,
        header: column.header,
        enableHiding: !column.fixed,
        cell: ({ row }) => column.cell(row.original),
      })),
    [columns],
  );
  const data = useMemo(() => [...rows], [rows]);
  const table = useTable({
    features,
    columns: definitions,
    data,
    getRowId: rowKey,
    state: { columnVisibility: { ...props.visibility }, rowSelection: { ...selection } },
    enableRowSelection: onSelection !== undefined,
    onRowSelectionChange: (update) => {
      const next = typeof update === "function" ? update({ ...selection }) : update;
      onSelection?.(next);
    },
  });
  const navigate = useNavigate();
  const last = useRef<number>(undefined);
  const model = table.getRowModel().rows;
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  const scroller = useRef<HTMLDivElement>(null);
  // The compiler is not used here.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer({
    count: props.virtualHeight ? model.length : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    onChange: (instance) => {
      const end = instance.getVirtualItems().at(-1)?.index ?? 0;
      if (props.virtualHeight && end >= model.length - 20) props.onEndReached?.();
    },
  });
  const items = props.virtualHeight ? virtualizer.getVirtualItems() : undefined;
  const shown = items ? items.map((item) => model[item.index]) : model;
  const before = items?.[0]?.start ?? 0;
  const after = items ? virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;

  /** With the shift key, everything between this row and the one chosen last. */
  const choose = (index: number, checked: boolean, range: boolean) => {
    const from = range && last.current !== undefined ? Math.min(last.current, index) : index;
    const to = range && last.current !== undefined ? Math.max(last.current, index) : index;
    const next: Record<string, true> = { ...selection };
    for (const row of model.slice(from, to + 1)) {
      if (checked) next[row.id] = true;
      else Reflect.deleteProperty(next, row.id);
    }
    last.current = index;
    onSelection?.(next);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTableRowElement>, index: number, link: string | undefined) => {
    if (event.target !== event.currentTarget) return;
    const move = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (move) {
      event.preventDefault();
      const sibling =
        move > 0 ? event.currentTarget.nextElementSibling : event.currentTarget.previousElementSibling;
      if (sibling instanceof HTMLElement) sibling.focus();
    } else if (event.key === "Enter" && link) {
      void navigate(link);
    } else if ((event.key === "x" || event.key === " ") && onSelection) {
      event.preventDefault();
      const id = model[index]?.id ?? "";
      choose(index, !selection?.[id], event.shiftKey);
    }
  };

  const head = table.getHeaderGroups()[0]?.headers ?? [];
  const all = model.length > 0 && model.every((row) => selection?.[row.id]);
  const width = head.length + (onSelection ? 1 : 0);
  return (
    <div
      ref={scroller}
      className={cx("relative overflow-auto", props.virtualHeight)}
      // A part that scrolls must be reachable by keyboard.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="region"
      aria-label={props.label}
    >
      <table
        className="w-full border-collapse text-[13px]"
        aria-rowcount={rows.length}
        aria-busy={props.isLoading}
      >
        <thead className="sticky top-0 z-10 bg-surface">
          <tr className="text-left text-[12px] text-muted">
            {onSelection && (
              <th scope="col" className="w-9 border-b px-3 py-2">
                <input
                  type="checkbox"
                  aria-label="Choose every row of this page"
                  checked={all}
                  onChange={() => {
                    onSelection(all ? {} : Object.fromEntries(model.map((row) => [row.id, true as const])));
                  }}
                />
              </th>
            )}
            {head.map((header) => {
              const column = byId.get(header.column.id);
              return (
                column && <Heading key={header.id} column={column} sort={props.sort} onSort={props.onSort} />
              );
            })}
          </tr>
        </thead>
        <tbody className={cx(props.isStale && "opacity-60 transition-opacity")}>
          {before > 0 && <Spacer height={before} width={width} />}
          {shown.map((row) => {
            if (!row) return null;
            const link = props.rowLink?.(row.original);
            const chosen = selection?.[row.id] ?? false;
            return (
              // The first cell has the link itself; the row is a larger place to click on.

              <tr
                key={row.id}

                tabIndex={link ? 0 : undefined}
                aria-selected={onSelection ? chosen : undefined}
                onKeyDown={(event) => onKeyDown(event, row.index, link)}
                onClick={(event) => {
                  const control = (event.target as Element).closest("a,button,input,label,summary,select");
                  if (link && !control && !getSelection()?.toString()) void navigate(link);
                }}
                className={cx(
                  "border-b last:border-b-0 hover:bg-hover",
                  link && "cursor-pointer",
                  chosen && "bg-brand-soft hover:bg-brand-soft",
                )}
              >
                {onSelection && (
                  <td className="px-3 py-2">
                    <input
                      type="checkbox"
                      aria-label={`Choose ${row.id}`}
                      checked={chosen}
                      onChange={(event) =>
                        choose(row.index, event.target.checked, (event.nativeEvent as MouseEvent).shiftKey)
                      }
                    />
                  </td>
                )}
                {row.getVisibleCells().map((cell) => (
                  <td
                    key={cell.id}
                    className={cx(
                      "h-10 max-w-[26rem] px-3 py-1.5 align-middle",
                      byId.get(cell.column.id)?.align === "right" && "text-right tabular-nums",
                    )}
                  >
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            );
          })}
          {after > 0 && <Spacer height={after} width={width} />}
        </tbody>
      </table>
      {props.isLoading && rows.length === 0 && (
        <div className="p-4">
          <Skeleton lines={8} />
        </div>
      )}
      {!props.isLoading && rows.length === 0 && props.empty}
    </div>
  );
}

function Spacer({ height, width }: { height: number; width: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={width} style={{ height }} />
    </tr>
  );
}

function Heading<T>(props: {
  column: Column<T>;
  sort?: string;
  onSort?: (sort: string | undefined) => void;
}) {
  const { column, sort, onSort } = props;
  const look = cx(
    "border-b px-3 py-2 font-medium whitespace-nowrap",
    column.align === "right" && "text-right",
  );
  if (!column.sort || !onSort) {
    return (
      <th scope="col" className={look}>
        {column.header}
      </th>
    );
  }
  const state = sort === column.sort ? "ascending" : sort === `-${column.sort}` ? "descending" : "none";
  const next = { none: column.sort, ascending: `-${column.sort}`, descending: undefined }[state];
  const Icon = { none: ArrowUpDown, ascending: ArrowUp, descending: ArrowDown }[state];
  return (
    <th scope="col" aria-sort={state} className={look}>
      <button
        type="button"
        onClick={() => onSort(next)}
        className={cx("inline-flex items-center gap-1 hover:text-ink", state !== "none" && "text-ink")}
      >
        {column.header}
        <Icon aria-hidden className={cx("size-3", state === "none" && "opacity-50")} />
      </button>
    </th>
  );
}
