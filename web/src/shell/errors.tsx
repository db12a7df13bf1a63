import { useRouteError } from "react-router";
import { Button, LinkButton } from "@/components/button";
import { Empty, Problem } from "@/components/problem";

/** No page has this address. */
export function NotFound() {
  return (
    <Empty title="There is no such page" action={<LinkButton to="/">To the dashboard</LinkButton>}>
      <code className="font-mono break-all">{location.pathname}</code> leads nowhere. It may be a page of
      another version.
    </Empty>
  );
}

/** A page that failed. Usually a newer version was installed, and the files of this one are gone. */
export function PageFailed() {
  const error = useRouteError();
  return (
    <div className="mx-auto mt-10 max-w-lg space-y-3">
      <Problem error={error} title="This page failed" />
      <Button variant="primary" onClick={() => location.reload()}>
        Load the console again
      </Button>
    </div>
  );
}
