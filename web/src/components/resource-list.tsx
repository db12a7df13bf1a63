import { useInfiniteQuery } from "@tanstack/react-query";
import { Columns3, RefreshCw, Rows3, Rows4 } from "lucide-react";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { fetchPage, keyOf, usePage, type ListPath, type ListQuery, type Row } from "@/api/lists";
import { useListParams } from "@/lib/list-params";
import { useStored } from "@/lib/stored";
import { count } from "@/lib/words";
import { Button, IconButton } from "./button";
import { Download } from "./download";
import { Filters, type FilterSpec } from "./filters";
import { ListFooter } from "./list-footer";
import { Menu, MenuCheck, MenuLabel } from "./menu";
import { Problem } from "./problem";
import { SavedViews } from "./saved-views";
import { Table, type Column, type Selection } from "./table";

export interface BulkContext<T> {
  ids: readonly string[];
  rows: readonly T[];
  total: number;
  filters: Readonly<Record<string, string>>;
  clear: () => void;
}

interface ResourceListProps<P extends ListPath> {
  path: P;
  params?: Readonly<Record<string, string>>;
  /** What the rows are, as in `12 certificates`. */
  noun: string;
  plural?: string;
  columns: readonly Column<Row<P>>[];
  filters?: readonly FilterSpec[];
  /** Sent with every request, whatever is filtered. */
  fixed?: ListQuery;
  /** Parameters of the address that are not the list's. */
  keep?: readonly string[];
  rowKey?: (row: Row<P>) => string;
  rowLink?: (row: Row<P>) => string | undefined;
  /** What to do with the rows that were chosen. */
  bulk?: (context: BulkContext<Row<P>>) => ReactNode;
  empty: ReactNode;
  /** Shown instead of `empty` when filters leave nothing. */
  emptyFiltered?: ReactNode;
  toolbar?: ReactNode;
  /** Where the server gives everything that the filters leave, as a file. */
  export?: string;
}

const LONG_PAGE = 500;

/** A list of the API: filters, order and place in the address, columns of choice, files, bulk actions. */
export function ResourceList<P extends ListPath>(props: ResourceListProps<P>) {
  const { path, columns, fixed } = props;
  const controls = useListParams([...(props.keep ?? []), "view"]);
  const [view, setView] = useStored<"pages" | "scroll">(`view.${path}`, "pages");
  const query: ListQuery = {
    ...controls.filters,
    ...fixed,
    ...(controls.sort ? { sort: controls.sort } : {}),
  };
  const page = usePage(
    path,
    { ...query, per_page: controls.pageSize, ...(controls.cursor ? { cursor: controls.cursor } : {}) },
    { params: props.params, enabled: view === "pages" },
  );
  const long = useInfiniteQuery({
    queryKey: [keyOf(path), "scroll", path, props.params ?? {}, query],
    queryFn: ({ pageParam, signal }) =>
      fetchPage(
        path,
        { ...query, per_page: LONG_PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
        props.params,
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    enabled: view === "scroll",
  });
  const rows = useMemo(
    () => (view === "scroll" ? (long.data?.pages.flatMap((one) => one.data) ?? []) : (page.data?.data ?? [])),
    [view, long.data, page.data],
  );
  const active = view === "scroll" ? long : page;
  const total = view === "scroll" ? long.data?.pages.at(-1)?.total : page.data?.total;
  const [visibility, setVisibility] = useVisibility(path, columns);
  const rowKey = props.rowKey ?? ((row: Row<P>) => (row as { id: string }).id);

  // What was chosen belongs to the rows it was chosen among.
  const place = JSON.stringify([query, controls.cursor, view]);
  const [chosen, setChosen] = useState<{ place: string; selection: Selection }>({ place, selection: {} });
  const selection = chosen.place === place ? chosen.selection : {};
  const setSelection = (next: Selection) => setChosen({ place, selection: next });
  const selected = rows.filter((row) => selection[rowKey(row)]);

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = long;
  const onEndReached = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const isFiltered = Object.keys(controls.filters).length > 0;
  const noun = total === undefined ? "" : count(total, props.noun, props.plural);
  return (
    <section className="card" aria-label={props.plural ?? `${props.noun}s`}>
      <div className="flex items-start justify-between gap-2 border-b p-2.5 max-sm:flex-col-reverse">
        <div className="min-w-0 flex-1">
          {props.filters && <Filters specs={props.filters} controls={controls} />}
        </div>
        <div className="flex shrink-0 flex-wrap items-center gap-1 max-sm:self-end">
          {props.toolbar}
          <IconButton
            label="Read again"
            icon={<RefreshCw aria-hidden className={`size-4 ${active.isFetching ? "animate-spin" : ""}`} />}
            onClick={() => void active.refetch()}
          />
          <IconButton
            label={view === "pages" ? "Show as one long list" : "Show in pages"}
            icon={
              view === "pages" ? (
                <Rows4 aria-hidden className="size-4" />
              ) : (
                <Rows3 aria-hidden className="size-4" />
              )
            }
            onClick={() => setView(view === "pages" ? "scroll" : "pages")}
          />
          <Menu trigger={<IconButton label="Columns" icon={<Columns3 aria-hidden className="size-4" />} />}>
            <MenuLabel>Columns</MenuLabel>
            {columns
              .filter((column) => !column.fixed)
              .map((column) => (
                <MenuCheck
                  key={column.id}
                  checked={visibility[column.id] !== false}
                  onChange={(checked) => setVisibility({ ...visibility, [column.id]: checked })}
                >
                  {column.header}
                </MenuCheck>
              ))}
          </Menu>
          <SavedViews path={path} noun={props.plural ?? `${props.noun}s`} />
          <Download
            name={props.plural ?? `${props.noun}s`}
            columns={columns.filter((column) => visibility[column.id] !== false)}
            rows={rows}
            total={total}
            whole={props.export === undefined ? undefined : { path: props.export, query }}
          />
        </div>
      </div>
      {props.bulk && selected.length > 0 && (
        <div className="flex flex-wrap items-center gap-2 border-b bg-brand-soft px-3 py-2 text-[13px]">
          <span role="status">{count(selected.length, props.noun, props.plural)} chosen</span>
          {props.bulk({
            ids: selected.map(rowKey),
            rows: selected,
            total: total ?? selected.length,
            filters: controls.filters,
            clear: () => setSelection({}),
          })}
          <Button small variant="ghost" onClick={() => setSelection({})}>
            Clear
          </Button>
        </div>
      )}
      {active.isError && (
        <div className="p-3">
          <Problem
            error={active.error}
            title={`The ${props.plural ?? `${props.noun}s`} cannot be shown`}
            onRetry={() => void active.refetch()}
          />
        </div>
      )}
      {!(active.isError && rows.length === 0) && (
        <Table<Row<P> & object>
          label={props.plural ?? `${props.noun}s`}
          columns={columns}
          rows={rows}
          rowKey={rowKey}
          rowLink={props.rowLink}
          visibility={visibility}
          sort={controls.sort}
          onSort={columns.some((column) => column.sort) ? controls.setSort : undefined}
          selection={props.bulk ? selection : undefined}
          onSelection={props.bulk ? setSelection : undefined}
          isLoading={active.isPending}
          isStale={view === "pages" && page.isPlaceholderData}
          empty={isFiltered ? (props.emptyFiltered ?? <NothingLeft onClear={controls.reset} />) : props.empty}
          virtualHeight={view === "scroll" ? "h-[calc(100dvh-260px)] min-h-80" : undefined}
          onEndReached={onEndReached}
        />
      )}
      <ListFooter
        noun={noun}
        read={view === "scroll" ? rows.length : undefined}
        total={total}
        controls={controls}
        next={page.isPlaceholderData ? undefined : page.data?.next_cursor}
      />
    </section>
  );
}

function NothingLeft({ onClear }: { onClear: () => void }) {
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-12 text-center">
      <p className="font-medium">Nothing matches these filters</p>
      <Button onClick={onClear}>Clear filters</Button>
    </div>
  );
}

function useVisibility<T>(path: string, columns: readonly Column<T>[]) {
  const defaults = useMemo(
    () => Object.fromEntries(columns.map((column) => [column.id, !column.hidden])) as Record<string, boolean>,
    [columns],
  );
  const [own, setOwn] = useStored<Record<string, boolean>>(`columns.${path}`, {});
  return [useMemo(() => ({ ...defaults, ...own }), [defaults, own]), setOwn] as const;
}
