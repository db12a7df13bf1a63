import { RefreshCcw, UserRound } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import type { Operation } from "@/api/schema";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/form";
import { Problem, Skeleton } from "@/components/problem";
import { ReferenceSelect } from "@/components/refs";
import { useIdempotencyKey } from "@/components/resource-dialog";
import { useCan } from "@/lib/session";
import { count, words } from "@/lib/words";

interface BulkProps {
  ids: readonly string[];
  clear: () => void;
}

/** What can be done with many certificates at once. */
export function BulkActions({ ids, clear }: BulkProps) {
  const can = useCan();
  const [action, setAction] = useState<"renew" | "reassign">();
  return (
    <>
      {can("certificate.renew") && (
        <Button
          small
          icon={<RefreshCcw aria-hidden className="size-3.5" />}
          onClick={() => setAction("renew")}
        >
          Renew
        </Button>
      )}
      {can("certificate.write") && (
        <Button
          small
          icon={<UserRound aria-hidden className="size-3.5" />}
          onClick={() => setAction("reassign")}
        >
          Give to another owner
        </Button>
      )}
      {action === "renew" && <RenewMany ids={ids} clear={clear} onClose={() => setAction(undefined)} />}
      {action === "reassign" && <ReassignMany ids={ids} clear={clear} onClose={() => setAction(undefined)} />}
    </>
  );
}

function RenewMany(props: BulkProps & { onClose: () => void }) {
  const run = (dryRun: boolean, key?: string) =>
    call(
      api.POST("/api/v1/certificates/bulk-renew", {
        params: { query: { wait: "10s" } },
        body: { certificate_ids: [...props.ids], dry_run: dryRun, expected_count: props.ids.length },
        headers: key ? { "Idempotency-Key": key } : {},
      }),
    );
  return <Previewed title="Renew certificates" verb="Renew" {...props} run={run} autoPreview />;
}

function ReassignMany(props: BulkProps & { onClose: () => void }) {
  const [owner, setOwner] = useState("");
  const [team, setTeam] = useState("");
  const run = (dryRun: boolean, key?: string) =>
    call(
      api.POST("/api/v1/certificates/bulk-reassign", {
        params: { query: { wait: "10s" } },
        body: {
          certificate_ids: [...props.ids],
          owner_id: owner,
          team_id: team || null,
          dry_run: dryRun,
          expected_count: props.ids.length,
        },
        headers: key ? { "Idempotency-Key": key } : {},
      }),
    );
  return (
    <Previewed
      title="Give certificates to another owner"
      verb="Reassign"
      {...props}
      run={run}
      ready={owner !== ""}
      input={`${owner} ${team}`}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Owner" required>
          {(parts) => (
            <ReferenceSelect id={parts.id} of="owner" value={owner} onChange={setOwner} any="Choose…" />
          )}
        </Field>
        <Field label="Team">
          {(parts) => (
            <ReferenceSelect id={parts.id} of="team" value={team} onChange={setTeam} any="As before" />
          )}
        </Field>
      </div>
    </Previewed>
  );
}

/** Shows what would happen before it does, and leads to its progress afterwards. */
function Previewed(
  props: BulkProps & {
    title: string;
    verb: string;
    run: (dryRun: boolean, key?: string) => Promise<Operation>;
    ready?: boolean;
    /** What the preview depends on. */
    input?: string;
    autoPreview?: boolean;
    children?: React.ReactNode;
    onClose: () => void;
  },
) {
  const { ready = true, input = "" } = props;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const keyFor = useIdempotencyKey();
  const preview = useMutation({ mutationFn: () => props.run(true) });
  const [previewed, setPreviewed] = useState<string>();
  const apply = useMutation({
    mutationFn: () => props.run(false, keyFor([props.ids, input])),
    onSuccess: async (operation) => {
      await queries.invalidateQueries({ queryKey: ["certificates"] });
      props.clear();
      props.onClose();
      void navigate(`/operations/${operation.id}`);
    },
  });
  const look = () => preview.mutate(undefined, { onSuccess: () => setPreviewed(input) });
  const result = previewed === input ? preview.data : undefined;
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          {result ? (
            <Button
              variant="primary"
              busy={apply.isPending}
              disabled={result.total_matched === result.total_skipped}
              onClick={() => apply.mutate()}
            >
              {props.verb} {count(result.total_matched - result.total_skipped, "certificate")}
            </Button>
          ) : (
            <Button variant="primary" busy={preview.isPending} disabled={!ready} onClick={look}>
              Show what would happen
            </Button>
          )}
        </>
      }
    >
      <div className="space-y-4 text-[13px]">
        <p>{count(props.ids.length, "certificate is", "certificates are")} chosen.</p>
        {props.children}
        {preview.isPending && <Skeleton lines={3} />}
        {preview.isError && <Problem error={preview.error} />}
        {result && <Outcome operation={result} />}
        {apply.isError && <Problem error={apply.error} />}
      </div>
    </Dialog>
  );
}

/** How an operation went, or would go. */
export function Outcome({ operation }: { operation: Operation }) {
  const errors = operation.errors ?? [];
  return (
    <div className="space-y-2">
      <dl className="grid grid-cols-4 gap-2 text-center">
        {(
          [
            ["Matched", operation.total_matched],
            [
              operation.dry_run ? "Would be done" : "Done",
              operation.dry_run
                ? operation.total_matched - operation.total_skipped - operation.total_failed
                : operation.total_done,
            ],
            ["Skipped", operation.total_skipped],
            ["Failed", operation.total_failed],
          ] as const
        ).map(([label, number]) => (
          <div key={label} className="rounded-md bg-page p-2">
            <dd className="text-[18px] font-semibold tabular-nums">{number.toLocaleString()}</dd>
            <dt className="text-[11.5px] text-muted">{label}</dt>
          </div>
        ))}
      </dl>
      {errors.length > 0 && (
        <ul className="max-h-40 overflow-y-auto rounded-md border p-2 text-[12.5px]">
          {errors.map((one) => (
            <li key={one.certificate_id}>
              <code className="font-mono">{one.certificate_id}</code>: {one.error}{" "}
              <span className="text-muted">({words(one.code)})</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
