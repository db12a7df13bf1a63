// A server in the test: answers by method and path, and remembers what it was asked.

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { vi } from "vitest";
import type { Permission, Session } from "@/api/schema";
import { permissionValues } from "@/api/schema";
import { ToastProvider } from "@/components/toast";
import { SessionProvider } from "@/lib/session";

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

/** A body, a [`Reply`], or a function that makes one of them. */
type Handler = unknown;

/** An answer with a status of its own. */
export class Reply {
  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly headers: Record<string, string> = {},
  ) {}
}

export function refusal(
  status: number,
  error: string,
  details: object = {},
  headers: Record<string, string> = {},
): Reply {
  return new Reply(status, { error, message: `it is ${error}`, request_id: "request-1", details }, headers);
}

export function pageOf<T>(rows: readonly T[], extra: object = {}) {
  return { data: rows, total: rows.length, page: 1, per_page: 50, ...extra };
}

/** Puts a server in place of the network. Routes are `GET /api/v1/teams`. */
export function serve(routes: Record<string, Handler>) {
  const asked: Asked[] = [];
  const fake = vi.fn(async (input: RequestInfo | URL, init?: RequestInit) => {
    const request =
      input instanceof Request ? input : new Request(new URL(String(input), location.origin), init);
    const url = new URL(request.url);
    const text = await request.clone().text();
    const one: Asked = {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: text ? JSON.parse(text) : undefined,
    };
    asked.push(one);
    const handler = routes[`${one.method} ${one.path}`];
    if (handler === undefined) return respond(refusal(404, "route_not_found"));
    const answer: unknown =
      typeof handler === "function" ? await (handler as (it: Asked) => unknown)(one) : handler;
    if (answer instanceof Response) return answer;
    return respond(answer instanceof Reply ? answer : new Reply(200, answer));
  });
  vi.stubGlobal("fetch", fake);
  return {
    asked,
    of: (method: string, path: string) => asked.filter((one) => one.method === method && one.path === path),
  };
}

function respond({ status, body, headers }: Reply): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

export function sessionOf(
  role: Session["role"],
  permissions: readonly Permission[] = permissionValues,
): Session {
  return {
    user: "alice",
    identity: "alice",
    role,
    permissions: [...permissions],
    console: { csrf_token: "csrf-1", idle_end: "2030-01-01T00:00:00Z", expires_at: "2030-01-01T10:00:00Z" },
  };
}

/** Shows a page as if it were opened at `path`. */
export function show(
  element: ReactNode,
  options: { path?: string; pattern?: string; session?: Session } = {},
) {
  const { path = "/", pattern = "*", session = sessionOf("admin") } = options;
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 10_000 } } });
  const router = createMemoryRouter(
    [
      { path: pattern, element: <ToastProvider>{element}</ToastProvider> },
      { path: "*", element: <p>elsewhere</p> },
    ],
    { initialEntries: [path] },
  );
  const view = render(
    <QueryClientProvider client={queries}>
      <SessionProvider session={session}>
        <RouterProvider router={router} />
      </SessionProvider>
    </QueryClientProvider>,
  );
  return { ...view, queries, router };
}
