// Pages of everything the API lists.

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, call } from "./client";
import type { paths } from "./schema";

type PageOf<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body extends { data: readonly (infer Row)[]; total: number }
    ? Row
    : never
  : never;

/** Paths that answer with a page of rows. */
export type ListPath = { [P in keyof paths]: [PageOf<P>] extends [never] ? never : P }[keyof paths];

/** One row of a list. */
export type Row<P extends ListPath> = PageOf<P>;

export interface Page<T> {
  data: T[];
  total: number;
  per_page?: number;
  next_cursor?: string | null;
}

export type ListQuery = Readonly<Record<string, string | number | boolean | undefined>>;

/** Reads one page. `params` fill the braces of the path. */
export async function fetchPage<P extends ListPath>(
  path: P,
  query: ListQuery,
  params: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<Page<Row<P>>> {
  const outcome = api.GET(path as never, { params: { query, path: params }, signal } as never);
  return call(outcome as unknown as Promise<{ data?: Page<Row<P>>; error?: unknown; response: Response }>);
}

/** The first part of the keys of a list's queries: `certificates` for `/api/v1/certificates`. */
export function keyOf(path: ListPath): string {
  const name = path.replace("/api/v1/", "").split("/")[0] ?? path;
  return name === "notification-channels" ? "channels" : name;
}

/** One page, kept while the next one is on its way. */
export function usePage<P extends ListPath>(
  path: P,
  query: ListQuery,
  options: { params?: Readonly<Record<string, string>>; enabled?: boolean } = {},
) {
  return useQuery({
    queryKey: [keyOf(path), "page", path, options.params ?? {}, query],
    queryFn: ({ signal }) => fetchPage(path, query, options.params, signal),
    placeholderData: keepPreviousData,
    enabled: options.enabled ?? true,
  });
}
