import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ApiError, call } from "@/api/client";
import type { Row } from "@/api/lists";
import { Button } from "@/components/button";
import { Confirm } from "@/components/dialog";
import { TextField } from "@/components/form";
import { TextLink } from "@/components/page";
import { useToast } from "@/components/toast";
import { words } from "@/lib/words";

/** Takes an agent out of service. What still depends on it is named before it is forced. */
export function Retire({ agent }: { agent: Row<"/api/v1/agents"> }) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const queries = useQueryClient();
  const tell = useToast();
  const retire = useMutation({
    mutationFn: (force: boolean) =>
      call(
        api.DELETE("/api/v1/agents/{id}", {
          params: {
            path: { id: agent.id },
            query: { ...(force ? { force: true } : {}), ...(reason ? { reason } : {}) },
          },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["agents"] });
      await queries.invalidateQueries({ queryKey: ["targets"] });
      tell("The agent is retired.");
      setOpen(false);
    },
  });
  const error = retire.error;
  const blocked = error instanceof ApiError && error.code === "blocked_by_dependencies" ? error : undefined;
  const counts = (blocked?.details["counts"] ?? {}) as Record<string, number>;
  return (
    <>
      <Button variant="danger" onClick={() => setOpen(true)}>
        Retire
      </Button>
      {isOpen && (
        <Confirm
          title={`Retire ${agent.name}`}
          action={blocked ? "Retire it and what depends on it" : "Retire"}
          danger
          typed={blocked ? agent.name : undefined}
          disabled={blocked !== undefined && reason.trim() === ""}
          busy={retire.isPending}
          error={blocked ? undefined : error}
          onConfirm={() => retire.mutate(blocked !== undefined)}
          onClose={() => setOpen(false)}
        >
          <p>
            Its credential stops working at once, and it ends by itself. What its host serves stays there.
          </p>
          {blocked && (
            <div role="alert" className="rounded-md border border-warn/40 bg-warn-soft p-3">
              <p className="font-medium">Something still depends on it:</p>
              <ul className="list-disc pl-5">
                {Object.entries(counts).map(([name, number]) => (
                  <li key={name}>
                    {words(name)}: {number}
                  </li>
                ))}
              </ul>
              <p className="mt-1">
                Its targets are retired with it, and its jobs cancelled.{" "}
                <TextLink to={`/certificates?agent_id=${agent.id}`}>Look at its certificates</TextLink>
              </p>
            </div>
          )}
          <TextField label="Reason" required={blocked !== undefined} value={reason} onChange={setReason} />
        </Confirm>
      )}
    </>
  );
}
