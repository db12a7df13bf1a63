// Single objects: reading them with their revision, creating, replacing and deleting them.

import { useQuery } from "@tanstack/react-query";
import { answerOf, api, type Answer } from "./client";
import type { paths } from "./schema";

type Raw<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

type BodyOf<P extends keyof paths, M extends "post" | "put"> = paths[P] extends {
  [K in M]: { requestBody: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;
type ObjectOf<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

/** Paths of single objects. */
export type ReadPath = {
  [P in keyof paths]: P extends `${string}/{id}` ? ([ObjectOf<P>] extends [never] ? never : P) : never;
}[keyof paths];
/** Paths of objects that can be replaced. */
export type ItemPath = {
  [P in ReadPath]: [BodyOf<P, "put">] extends [never] ? never : P;
}[ReadPath];
/** Paths where objects are created. */
export type CollectionPath = {
  [P in keyof paths]: [BodyOf<P, "post">] extends [never] ? never : P;
}[keyof paths];

export type Item<P extends ReadPath> = ObjectOf<P>;
export type ItemBody<P extends ItemPath> = BodyOf<P, "put">;

/** Reads an object and its revision. */
export function readItem<P extends ReadPath>(
  path: P,
  id: string,
  signal?: AbortSignal,
): Promise<Answer<Item<P>>> {
  return answerOf(
    api.GET(path as never, { params: { path: { id } }, signal } as never) as unknown as Raw<Item<P>>,
  );
}

/** Creates an object. A retry of the same `key` has its effect once. */
export function createItem<P extends CollectionPath, T>(
  path: P,
  body: BodyOf<P, "post">,
  key?: string,
): Promise<Answer<T>> {
  const header = key ? { "Idempotency-Key": key } : {};
  return answerOf(api.POST(path as never, { body, headers: header } as never) as unknown as Raw<T>);
}

/** Replaces an object, if it is still the one that was read. */
export function replaceItem<P extends ItemPath>(
  path: P,
  id: string,
  body: ItemBody<P>,
  etag: string | undefined,
): Promise<Answer<Item<P>>> {
  const headers = etag ? { "If-Match": etag } : {};
  return answerOf(
    api.PUT(path as never, { params: { path: { id } }, body, headers } as never) as unknown as Raw<Item<P>>,
  );
}

/** Changes some fields of an object. */
export function patchItem<P extends ItemPath>(
  path: P,
  id: string,
  body: Partial<ItemBody<P>>,
): Promise<Answer<Item<P>>> {
  return answerOf(
    api.PATCH(path as never, { params: { path: { id } }, body } as never) as unknown as Raw<Item<P>>,
  );
}

/** Deletes an object. */
export function deleteItem(path: ItemPath, id: string): Promise<Answer<unknown>> {
  return answerOf(
    api.DELETE(path as never, { params: { path: { id } } } as never) as unknown as Raw<unknown>,
  );
}

/** One object. Its key begins with the name of its list, so that live events reach it. */
export function useItem<P extends ReadPath>(key: string, path: P, id: string) {
  return useQuery({
    queryKey: [key, "one", id],
    queryFn: async ({ signal }) => (await readItem(path, id, signal)).data,
    enabled: id !== "",
  });
}
