// What changes on the server changes here: events say what to read again. Without them the pages
// that are looked at are read again every quarter of a minute, and hidden pages never.

import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useState, type ReactNode } from "react";
import { link } from "@/api/client";
import { readEvents, StreamRefused, type ServerEvent } from "./sse";

export type Connection = "connecting" | "live" | "polling" | "paused";

const POLL_MILLIS = 15_000;
const FIRST_WAIT_MILLIS = 1_000;
const LONGEST_WAIT_MILLIS = 30_000;
/** Changes within this time are read together. */
const GATHER_MILLIS = 250;

/** Which queries show what about a kind of object, by the first part of their keys. */
const TOUCHED: Readonly<Record<string, readonly string[]>> = {
  certificate: ["certificates", "statistics", "violations", "revocations", "crl"],
  revocation: ["revocations", "crl"],
  certificate_version: ["certificates"],
  job: ["jobs", "certificates", "statistics", "targets"],
  agent: ["agents", "agent-groups", "statistics"],
  agent_group: ["agent-groups"],
  target: ["targets", "certificates"],
  issuer: ["issuers", "crl"],
  notification: ["notifications", "statistics"],
  notification_channel: ["channels"],
  notification_routing: ["routing"],
  approval: ["approvals", "jobs"],
  approval_request: ["approvals", "jobs"],
  policy: ["policies", "violations"],
  policy_rule: ["policies", "violations"],
  renewal_policy: ["renewal-policies", "certificates"],
  profile: ["profiles"],
  certificate_profile: ["profiles"],
  owner: ["owners"],
  team: ["teams"],
  operation: ["operations", "certificates"],
  api_key: ["api-keys"],
};

/** The first parts of the keys of the queries to read again after a change. */
export function touchedBy(resource: string): readonly string[] {
  return [...(TOUCHED[resource] ?? []), "audit"];
}

const Context = createContext<Connection>("connecting");

/** How fresh what is shown is. */
export function useConnection(): Connection {
  return use(Context);
}

export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => follow(queries, setConnection), [queries]);
  return <Context value={connection}>{children}</Context>;
}

/** Follows the events until the returned function is called. */
export function follow(queries: QueryClient, tell: (connection: Connection) => void): () => void {
  let lastEventId: string | undefined;
  let wait = FIRST_WAIT_MILLIS;
  let stream: AbortController | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let poll: ReturnType<typeof setInterval> | undefined;
  let gather: ReturnType<typeof setTimeout> | undefined;
  let holds: ReturnType<typeof setTimeout> | undefined;
  let wasCut = false;
  const changed = new Set<string>();

  const readAgain = () =>
    void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
  const settle = () => {
    gather = undefined;
    const names = new Set(changed);
    changed.clear();
    void queries.invalidateQueries({ predicate: (query) => names.has(String(query.queryKey[0])) });
  };
  const onEvent = (event: ServerEvent) => {
    if (event.id) lastEventId = event.id;
    if (event.event === "reset") {
      readAgain();
      return;
    }
    const resource = resourceOf(event.data);
    if (!resource) return;
    touchedBy(resource).forEach((name) => changed.add(name));
    gather ??= setTimeout(settle, GATHER_MILLIS);
  };
  const stopPolling = () => {
    clearInterval(poll);
    poll = undefined;
  };
  const open = () => {
    stream = new AbortController();
    const { signal } = stream;
    const onOpen = () => {
      // One that is cut as soon as it has begun tells nothing, so reading goes on until it has held.
      holds = setTimeout(() => {
        wait = FIRST_WAIT_MILLIS;
        stopPolling();
      }, POLL_MILLIS);
      // Without a place to go on from, what happened in between is only known by reading.
      if (wasCut && lastEventId === undefined) readAgain();
      wasCut = false;
      tell("live");
    };
    readEvents("/api/v1/events", lastEventId, signal, onOpen, onEvent)
      .catch((error: unknown) => {
        if (error instanceof StreamRefused && error.status === 401) link.onSignedOut?.();
      })
      .finally(() => {
        clearTimeout(holds);
        if (signal.aborted) return;
        wasCut = true;
        tell("polling");
        poll ??= setInterval(readAgain, POLL_MILLIS);
        retry = setTimeout(open, wait);
        wait = Math.min(wait * 2, LONGEST_WAIT_MILLIS);
      });
  };
  const close = () => {
    stream?.abort();
    clearTimeout(retry);
    clearTimeout(holds);
    stopPolling();
  };
  const onVisibility = () => {
    close();
    if (document.visibilityState === "hidden") {
      wasCut = true;
      tell("paused");
      return;
    }
    wait = FIRST_WAIT_MILLIS;
    open();
  };
  document.addEventListener("visibilitychange", onVisibility);
  if (document.visibilityState !== "hidden") open();
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    clearTimeout(gather);
    close();
  };
}

function resourceOf(data: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(data);
    const resource = (parsed as { resource?: unknown } | null)?.resource;
    return typeof resource === "string" ? resource : undefined;
  } catch {
    return undefined;
  }
}
