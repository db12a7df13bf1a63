import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useNavigate } from "react-router";
import type { Operation } from "@/api/schema";
import { ApiError } from "@/api/client";
import { Button } from "@/components/button";
import { Dialog, Typed } from "@/components/dialog";
import { Problem, Skeleton } from "@/components/problem";
import { useIdempotencyKey } from "@/components/resource-dialog";
import { count } from "@/lib/words";
import { Outcome, Progress } from "./outcome";
import { effective, isMoving, useOperation } from "./queries";
import { SetField, type CertificateSet, type Meant } from "./set";

/** What an operation is told beside its own parameters. */
export type Run = Meant & { dry_run: boolean; expected_count: number | null };

interface PreviewedProps {
  set: CertificateSet;
  clear: () => void;
  title: string;
  /** What is done, as on its button. */
  verb: string;
  run: (body: Run, key?: string) => Promise<Operation>;
  /** Whether everything that is needed is filled in. */
  ready?: boolean;
  /** What the preview depends on beside the set. */
  input?: string;
  /** It cannot be taken back: the number of certificates must be typed. */
  danger?: boolean;
  children?: ReactNode;
  onClose: () => void;
}

/**
 * Shows what would happen before it does, and leads to its progress afterwards. What is done is what
 * was shown: the server refuses when another number of certificates matches by then.
 */
export function Previewed(props: PreviewedProps) {
  const { set, ready = true, input = "" } = props;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const keyFor = useIdempotencyKey();
  const [meant, setMeant] = useState<Meant>(set.chosen);
  const wish = JSON.stringify([meant, input]);
  const [previewed, setPreviewed] = useState<{ wish: string; id: string }>();
  const [typed, setTyped] = useState<string>();
  const preview = useMutation({
    mutationFn: (_wish: string) =>
      props.run({ ...meant, dry_run: true, expected_count: meant.certificate_ids?.length ?? null }),
    onSuccess: (operation, of) => {
      queries.setQueryData(["operations", "one", operation.id], operation);
      setPreviewed({ wish: of, id: operation.id });
    },
  });
  const operation = useOperation(previewed?.wish === wish ? previewed.id : undefined);
  const result = operation.data && !isMoving(operation.data) ? operation.data : undefined;
  const number = result ? effective(result) : 0;
  const apply = useMutation({
    mutationFn: (matched: number) =>
      props.run({ ...meant, dry_run: false, expected_count: matched }, keyFor([wish, matched])),
    onSuccess: async (done) => {
      await queries.invalidateQueries({ queryKey: ["certificates"] });
      props.clear();
      props.onClose();
      void navigate(`/operations/${done.id}`);
    },
    // Others match by now: what was shown does not hold any more.
    onError: (error) => {
      if (error instanceof ApiError && error.status === 409) setPreviewed(undefined);
    },
  });
  const confirmation = `${wish} ${number}`;
  const isConfirmed = !props.danger || typed === confirmation;
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          {result ? (
            <Button
              variant={props.danger ? "danger" : "primary"}
              busy={apply.isPending}
              disabled={number === 0 || !isConfirmed}
              onClick={() => apply.mutate(result.total_matched)}
            >
              {props.verb} {count(number, "certificate")}
            </Button>
          ) : (
            <Button
              variant="primary"
              busy={preview.isPending || (operation.data && isMoving(operation.data))}
              disabled={!ready}
              onClick={() => preview.mutate(wish)}
            >
              Show what would happen
            </Button>
          )}
        </>
      }
    >
      <div className="space-y-4 text-[13px]">
        <SetField set={set} value={meant} onChange={setMeant} />
        {props.children}
        {preview.isPending && <Skeleton lines={3} />}
        {preview.isError && <Problem error={preview.error} />}
        {operation.isError && <Problem error={operation.error} />}
        {operation.data && !result && <Progress operation={operation.data} />}
        {result && <Outcome operation={result} />}
        {result && props.danger && number > 0 && (
          <Typed
            key={confirmation}
            text={String(number)}
            onChange={(isTyped) => setTyped(isTyped ? confirmation : undefined)}
          />
        )}
        {apply.isError && <Problem error={apply.error} />}
      </div>
    </Dialog>
  );
}
