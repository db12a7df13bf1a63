// The state of a list lives in the address, so that it can be linked to, and survives a reload.

import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

export const PAGE_SIZES = [25, 50, 100, 200] as const;
export const DEFAULT_PAGE_SIZE = 50;

/** What a list asks for. */
export interface ListParams {
  /** Filters that are set, by the parameter's name. */
  filters: Readonly<Record<string, string>>;
  /** Field, with `-` in front for descending; absent for the server's own order. */
  sort: string | undefined;
  pageSize: number;
  /** Positions of the pages before this one, newest last; the last one is this page's. */
  trail: readonly string[];
}

const OWN = new Set(["sort", "per_page", "cursor"]);

/** Reads list state from an address. Whatever makes no sense becomes the default. */
export function readListParams(search: URLSearchParams, ignore: readonly string[] = []): ListParams {
  const filters: Record<string, string> = {};
  for (const [name, value] of search) {
    if (!OWN.has(name) && !ignore.includes(name) && value !== "") filters[name] = value;
  }
  const size = Number(search.get("per_page"));
  const sort = search.get("sort") ?? "";
  return {
    filters,
    sort: /^-?[a-z_]+$/i.test(sort) ? sort : undefined,
    pageSize: (PAGE_SIZES as readonly number[]).includes(size) ? size : DEFAULT_PAGE_SIZE,
    trail: search.getAll("cursor").filter((cursor) => cursor !== ""),
  };
}

/** Writes list state into an address; defaults are left out. */
export function writeListParams(
  params: ListParams,
  keep: Readonly<Record<string, string>> = {},
): URLSearchParams {
  const search = new URLSearchParams(keep);
  for (const [name, value] of Object.entries(params.filters)) if (value !== "") search.set(name, value);
  if (params.sort) search.set("sort", params.sort);
  if (params.pageSize !== DEFAULT_PAGE_SIZE) search.set("per_page", String(params.pageSize));
  for (const cursor of params.trail) search.append("cursor", cursor);
  return search;
}

export interface ListControls extends ListParams {
  /** This page's position; absent on the first page. */
  cursor: string | undefined;
  setFilter: (name: string, value: string) => void;
  setFilters: (filters: Readonly<Record<string, string>>) => void;
  setSort: (sort: string | undefined) => void;
  setPageSize: (size: number) => void;
  next: (cursor: string) => void;
  previous: () => void;
  reset: () => void;
}

/** List state of this address. Names in `keep` belong to the page, not to the list. */
export function useListParams(keep: readonly string[] = []): ListControls {
  const [search, setSearch] = useSearchParams();
  const kept = keep.join(" ");
  const params = useMemo(() => readListParams(search, kept.split(" ")), [search, kept]);
  const change = useCallback(
    (edit: (current: ListParams) => ListParams, replace = true) => {
      setSearch(
        (current) => {
          const own: Record<string, string> = {};
          for (const name of kept.split(" ")) {
            const value = current.get(name);
            if (value !== null) own[name] = value;
          }
          return writeListParams(edit(readListParams(current, kept.split(" "))), own);
        },
        { replace },
      );
    },
    [setSearch, kept],
  );
  return useMemo(
    () => ({
      ...params,
      cursor: params.trail.at(-1),
      // Another selection begins at its first page.
      setFilter: (name, value) =>
        change((it) => ({ ...it, trail: [], filters: without({ ...it.filters, [name]: value }) })),
      setFilters: (filters) => change((it) => ({ ...it, trail: [], filters: without(filters) })),
      setSort: (sort) => change((it) => ({ ...it, trail: [], sort })),
      setPageSize: (pageSize) => change((it) => ({ ...it, trail: [], pageSize })),
      next: (cursor) => change((it) => ({ ...it, trail: [...it.trail, cursor] }), false),
      previous: () => change((it) => ({ ...it, trail: it.trail.slice(0, -1) }), false),
      reset: () => change(() => ({ filters: {}, sort: undefined, pageSize: params.pageSize, trail: [] })),
    }),
    [params, change],
  );
}

function without(filters: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ""));
}
