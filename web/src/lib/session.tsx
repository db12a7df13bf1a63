// Who is signed in, and what that person may do.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { api, ApiError, call, link } from "@/api/client";
import type { Permission, Session } from "@/api/schema";

export const SESSION_KEY = ["session"] as const;

interface SessionState {
  session: Session;
  /** Whether this person may do something. What may not be done is not offered. */
  can: (permission: Permission) => boolean;
  /** Whether the server has forgotten the session while a page was open. */
  isOver: boolean;
  /** Goes on after signing in again. */
  resume: (session: Session) => void;
  signOut: () => Promise<void>;
}

const Context = createContext<SessionState | undefined>(undefined);

/** The session. Only inside [`SessionProvider`]. */
export function useSession(): SessionState {
  const state = use(Context);
  if (!state) throw new Error("no session is provided here");
  return state;
}

/** Whether the current person may do something. */
export function useCan(): (permission: Permission) => boolean {
  return useSession().can;
}

/** Reads the session at the start; null when nobody is signed in. */
export function useSessionQuery() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: async () => {
      // Who was never here need not be refused to be shown the way in.
      if (!mark.isSet() && (await call(api.GET("/api/v1/auth/info"))).required) return null;
      try {
        return keep(await call(api.GET("/api/v1/auth/session")));
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) {
          mark.clear();
          return null;
        }
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** Whether this browser had a session; the cookie itself is hidden from scripts. */
const mark = {
  key: "certctl.session",
  isSet(): boolean {
    try {
      return localStorage.getItem(this.key) !== null;
    } catch {
      return true;
    }
  },
  set(): void {
    try {
      localStorage.setItem(this.key, "1");
    } catch {
      // Then the server is asked each time.
    }
  },
  clear(): void {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // As above.
    }
  },
};

/** Notes the second token of a session. */
export function keep(session: Session): Session {
  link.csrfToken = session.console?.csrf_token;
  return session;
}

export async function signIn(apiKey: string): Promise<Session> {
  const session = keep(await call(api.POST("/api/v1/auth/session", { body: { api_key: apiKey } })));
  mark.set();
  return session;
}

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  const queries = useQueryClient();
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    link.onSignedOut = () => setOver(true);
    return () => {
      link.onSignedOut = undefined;
    };
  }, []);
  const resume = useCallback(
    (fresh: Session) => {
      setOver(false);
      queries.setQueryData(SESSION_KEY, fresh);
      void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== SESSION_KEY[0] });
    },
    [queries],
  );
  const signOut = useCallback(async () => {
    await call(api.DELETE("/api/v1/auth/session"));
    link.csrfToken = undefined;
    mark.clear();
    // Nothing of one person may be left for the next.
    queries.setQueryData(SESSION_KEY, null);
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION_KEY[0] });
  }, [queries]);
  const state = useMemo(
    () => ({
      session,
      can: (permission: Permission) => session.permissions.includes(permission),
      isOver,
      resume,
      signOut,
    }),
    [session, isOver, resume, signOut],
  );
  return <Context value={state}>{children}</Context>;
}
