import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { useSession } from "@/lib/session";
import { SignInForm } from "./login";

/** When a session ends while somebody works: the page stays as it is below, with what was typed. */
export function Reauthentication() {
  const { isOver, resume, session } = useSession();
  if (!isOver) return null;
  const leave = () => location.reload();
  return (
    <Dialog
      title="Your session has ended"
      onClose={leave}
      actions={<Button onClick={leave}>Leave this page</Button>}
    >
      <div className="space-y-4 text-[13px]">
        <p>Sign in again to go on. What you typed is still there.</p>
        <SignInForm
          onSignedIn={(fresh) => {
            // What is open belongs to one person.
            if (fresh.identity === session.identity) resume(fresh);
            else location.reload();
          }}
        />
      </div>
    </Dialog>
  );
}
