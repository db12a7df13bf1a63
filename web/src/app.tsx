import { useMemo } from "react";
import { RouterProvider, createBrowserRouter } from "react-router";
import { ApiError } from "./api/client";
import { Button } from "./components/button";
import { Problem } from "./components/problem";
import { LiveProvider } from "./lib/live";
import { SessionProvider, useSessionQuery } from "./lib/session";
import { routes } from "./routes";
import { Login } from "./shell/login";
import { Mark } from "./shell/mark";
import { Reauthentication } from "./shell/reauthentication";

/** The console: who is there decides what is shown. */
export function App() {
  const session = useSessionQuery();
  if (session.isPending) {
    return (
      <Middle>
        <p role="status" className="text-muted">
          Connecting…
        </p>
      </Middle>
    );
  }
  if (session.isError) {
    const unreachable = session.error instanceof ApiError && session.error.status === 0;
    return (
      <Middle>
        <div className="max-w-md space-y-3">
          <Problem error={session.error} title={unreachable ? "No connection" : "The console cannot start"} />
          <Button variant="primary" busy={session.isFetching} onClick={() => void session.refetch()}>
            Try again
          </Button>
        </div>
      </Middle>
    );
  }
  if (!session.data) return <Login />;
  return (
    <SessionProvider session={session.data}>
      <LiveProvider>
        <Pages />
        <Reauthentication />
      </LiveProvider>
    </SessionProvider>
  );
}

function Pages() {
  const router = useMemo(() => createBrowserRouter(routes), []);
  return <RouterProvider router={router} />;
}

function Middle({ children }: { children: React.ReactNode }) {
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="flex flex-col items-center gap-4">
        <Mark className="size-10" />
        {children}
      </div>
    </main>
  );
}
