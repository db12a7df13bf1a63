// The one way to the server: typed by the API's own description, with every refusal as an ApiError.

import createClient, { type Middleware } from "openapi-fetch";
import type { ErrorBody, paths } from "./schema";

/** One refused field of a request. */
export interface FieldProblem {
  field: string;
  code: string;
  message: string;
}

/** A refused or failed call, in the server's words. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    /** HTTP status; 0 when the server was not reached. */
    readonly status: number,
    /** Stable code, for example `stale`. */
    readonly code: string,
    message: string,
    readonly requestId?: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    /** Seconds to wait before the next try. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }

  /** What is wrong with which field. */
  get fields(): FieldProblem[] {
    const fields = this.details["fields"];
    return Array.isArray(fields) ? (fields as FieldProblem[]) : [];
  }

  /** Whether another try may help by itself. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 502 || this.status === 503;
  }
}

/** What the client knows of the open session and of the server's clock. */
export const link = {
  /** Second token of the session; sent with everything that changes something. */
  csrfToken: undefined as string | undefined,
  /** How far the server's clock is ahead of ours, in milliseconds. */
  clockSkew: 0,
  /** Called when the server does not know us any more. */
  onSignedOut: undefined as (() => void) | undefined,
};

/** Now, by the server's clock. */
export function serverNow(): number {
  return Date.now() + link.clockSkew;
}

const CHANGES = new Set(["POST", "PUT", "PATCH", "DELETE"]);

const middleware: Middleware = {
  onRequest({ request }) {
    if (CHANGES.has(request.method) && link.csrfToken) {
      request.headers.set("X-CSRF-Token", link.csrfToken);
    }
    return request;
  },
  onResponse({ response }) {
    noteClock(response);
    return response;
  },
};

/** Corrects for clocks that differ by more than the header's resolution and a slow answer. */
function noteClock(response: Response): void {
  const date = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(date)) return;
  const skew = date - Date.now();
  link.clockSkew = Math.abs(skew) > 5_000 ? skew : 0;
}

/** The client. Use it through [`call`], which turns refusals into errors. */
export const api = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "https://localhost" : location.origin,
  credentials: "same-origin",
  // Looked up at each call, so that tests can put another one in its place.
  fetch: (request) => globalThis.fetch(request),
});
api.use(middleware);

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** An answer with what its headers say. */
export interface Answer<T> {
  data: T;
  /** Revision of the object, to be sent back as `If-Match`. */
  etag: string | undefined;
  location: string | undefined;
}

/** The answer of a call, with its headers. */
export async function answerOf<T>(outcome: Promise<Outcome<T>>): Promise<Answer<T>> {
  let settled: Outcome<T>;
  try {
    settled = await outcome;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  const { data, error, response } = settled;
  if (!response.ok) throw refusalOf(response, error);
  return {
    data: data as T,
    etag: response.headers.get("etag") ?? undefined,
    location: response.headers.get("location") ?? undefined,
  };
}

/** The body of a successful call. */
export async function call<T>(outcome: Promise<Outcome<T>>): Promise<T> {
  return (await answerOf(outcome)).data;
}

function unreachable(): ApiError {
  return new ApiError(
    0,
    "unreachable",
    "The server cannot be reached. What you typed is still here; try again once the connection is back.",
  );
}

/** The error behind an answer of 400 or more. */
export function refusalOf(response: Response, body: unknown): ApiError {
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  const known = isErrorBody(body) ? body : undefined;
  const error = new ApiError(
    response.status,
    known?.error ?? `http_${response.status}`,
    known ? sentence(known.message) : `The server answered ${response.status} ${response.statusText}`.trim(),
    known?.request_id ?? response.headers.get("x-request-id") ?? undefined,
    known?.details ?? {},
    Number.isFinite(retryAfter) ? retryAfter : undefined,
  );
  const signingIn = new URL(response.url || "https://x/").pathname === "/api/v1/auth/session";
  if (error.status === 401 && !signingIn) link.onSignedOut?.();
  return error;
}

function isErrorBody(body: unknown): body is ErrorBody {
  return typeof body === "object" && body !== null && "error" in body && "message" in body;
}

/** Messages of the server begin in lower case and have no dot. */
function sentence(text: string): string {
  const first = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

/** Fetches a file, or a text, that is not JSON. */
export async function fetchBlob(path: string, init?: RequestInit): Promise<Blob> {
  const headers = new Headers(init?.headers);
  if (init?.method && CHANGES.has(init.method) && link.csrfToken) headers.set("X-CSRF-Token", link.csrfToken);
  let response: Response;
  try {
    response = await globalThis.fetch(path, { credentials: "same-origin", ...init, headers });
  } catch {
    throw unreachable();
  }
  if (!response.ok) throw refusalOf(response, await response.json().catch(() => undefined));
  try {
    return await response.blob();
  } catch {
    throw new ApiError(
      0,
      "cut_off",
      "The file broke off before its end. Nothing was saved; try again.",
      response.headers.get("x-request-id") ?? undefined,
    );
  }
}
