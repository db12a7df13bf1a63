import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import type { Session } from "@/api/schema";
import { Button } from "@/components/button";
import { Problem } from "@/components/problem";
import { SESSION_KEY, signIn } from "@/lib/session";
import { useMutation } from "@tanstack/react-query";
import { Mark } from "./mark";

/** The page of people who are not signed in. The address stays, so that they get where they wanted. */
export function Login() {
  const queries = useQueryClient();
  useEffect(() => {
    document.title = "Sign in · certctl";
  }, []);
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="card w-full max-w-sm p-6">
        <div className="mb-5 flex items-center gap-3">
          <Mark className="size-9" />
          <div>
            <h1 className="text-[17px] font-semibold">Sign in to certctl</h1>
            <p className="text-[12.5px] text-muted">{location.host}</p>
          </div>
        </div>
        <SignInForm onSignedIn={(session) => queries.setQueryData(SESSION_KEY, session)} />
        <p className="mt-5 text-[12.5px] text-muted">
          The server prints its first key when it starts for the first time. Administrators make further keys
          under Settings, or with <code className="font-mono">certctl api-keys create</code>.
        </p>
      </div>
    </main>
  );
}

/** Exchanges an API key for a session. The key itself is forgotten at once. */
export function SignInForm({ onSignedIn }: { onSignedIn: (session: Session) => void }) {
  const [key, setKey] = useState("");
  const field = useId();
  const attempt = useMutation({ mutationFn: (apiKey: string) => signIn(apiKey) });
  const submit = () => {
    attempt.mutate(key.trim(), {
      onSuccess: (session) => {
        setKey("");
        onSignedIn(session);
      },
    });
  };
  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label htmlFor={field} className="block space-y-1 text-[13px] font-medium">
        <span>API key</span>
        <input
          id={field}
          type="password"
          className="field font-mono"
          value={key}
          // It is the only thing on this page.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          autoComplete="current-password"
          spellCheck={false}
          onChange={(event) => setKey(event.target.value)}
        />
      </label>
      {attempt.isError && <Problem error={attempt.error} />}
      <Button
        type="submit"
        variant="primary"
        className="w-full"
        busy={attempt.isPending}
        disabled={key.trim() === ""}
      >
        {attempt.isPending ? "Checking…" : "Sign in"}
      </Button>
    </form>
  );
}
