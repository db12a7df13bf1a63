import { useQuery } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import { Badge } from "@/components/badge";
import { Button, LinkButton } from "@/components/button";
import { Code } from "@/components/copy";
import { Card, Fact, Facts, PageHeader } from "@/components/page";
import { Problem, Skeleton } from "@/components/problem";
import { useStored } from "@/lib/stored";
import { Time } from "@/components/time";
import { useSession } from "@/lib/session";
import { useTheme, type Theme } from "@/lib/theme";
import { words } from "@/lib/words";

const THEMES: readonly { id: Theme; label: string }[] = [
  { id: "light", label: "Light" },
  { id: "dark", label: "Dark" },
  { id: "system", label: "Like the system" },
];

export function Component() {
  const { session, signOut, can } = useSession();
  const [theme, setTheme] = useTheme();
  const [, setDismissed] = useStored("welcome.dismissed", false);
  const version = useQuery({
    queryKey: ["version"],
    queryFn: () => call(api.GET("/api/v1/version")),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <>
      <PageHeader title="Settings" />
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <Card
          title="You"
          actions={
            session.console && (
              <Button small onClick={() => void signOut()}>
                Sign out
              </Button>
            )
          }
        >
          <Facts>
            <Fact name="Key">{session.user}</Fact>
            <Fact name="Person">{session.identity}</Fact>
            <Fact name="Role">{session.role ? words(session.role) : "None"}</Fact>
            <Fact name="May">
              <span className="flex flex-wrap gap-1">
                {session.permissions.map((permission) => (
                  <Badge key={permission}>{permission}</Badge>
                ))}
              </span>
            </Fact>
            {session.console && (
              <>
                <Fact name="Session ends">
                  <Time at={session.console.expires_at} />, or <Time at={session.console.idle_end} /> without
                  a use
                </Fact>
              </>
            )}
          </Facts>
        </Card>
        <Card title="This browser">
          <fieldset className="flex flex-wrap gap-4 text-[13px]">
            <legend className="mb-1 text-[12.5px] font-medium">Appearance</legend>
            {THEMES.map((one) => (
              <label key={one.id} className="flex items-center gap-1.5">
                <input
                  type="radio"
                  name="theme"
                  checked={theme === one.id}
                  onChange={() => setTheme(one.id)}
                />
                {one.label}
              </label>
            ))}
          </fieldset>
          <p className="mt-4 text-[12.5px] text-muted">
            Times are shown in {Intl.DateTimeFormat().resolvedOptions().timeZone}; tooltips also say UTC.
          </p>
          {can("agent.write") && (
            <p className="mt-4">
              <LinkButton to="/welcome" onClick={() => setDismissed(false)}>
                Open the guide to a first certificate
              </LinkButton>
            </p>
          )}
        </Card>
        <Card title="Server" className="lg:col-span-2">
          {version.isError ? (
            <Problem error={version.error} onRetry={() => void version.refetch()} />
          ) : version.data ? (
            <Facts>
              <Fact name="Version">{version.data.version}</Fact>
              <Fact name="Commit">
                <Code text={version.data.commit} cut={12} />{" "}
                {version.data.modified && <Badge tone="warn">Modified</Badge>}
              </Fact>
              <Fact name="Built">{version.data.build_time}</Fact>
              <Fact name="Compiler">{version.data.rustc_version}</Fact>
              <Fact name="API">
                <a className="text-brand hover:underline" href="/api/v1/openapi.json">
                  openapi.json
                </a>
              </Fact>
            </Facts>
          ) : (
            <Skeleton />
          )}
        </Card>
      </div>
    </>
  );
}
