import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useId, useRef, useState, type ReactNode } from "react";
import { ApiError } from "@/api/client";
import { createItem, readItem, replaceItem, type Item, type ItemBody } from "@/api/objects";
import { itemPath, kindKey, KINDS, type KindItem, type ManagedKind } from "@/lib/kinds";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { fieldErrors, isPlaced, useForm } from "./form";
import { Problem, Skeleton } from "./problem";
import { useToast } from "./toast";

interface ResourceDialogProps<K extends ManagedKind, V extends object> {
  kind: K;
  /** Which one is changed; absent for a new one. */
  id?: string;
  /** What a new one begins with. */
  fresh: V;
  /** What an existing one looks like in the form. */
  read: (item: Item<KindItem<K>>) => V;
  /** What is sent. */
  write: (values: V) => ItemBody<KindItem<K>>;
  /** Why it cannot be sent yet. */
  missing?: (values: V) => string | undefined;
  /** Names of the fields whose refusals the form shows by itself. */
  places: readonly string[];
  wide?: boolean;
  children: (form: FormContext<V>) => ReactNode;
  onClose: () => void;
  onDone?: (item: Item<KindItem<K>>) => void;
}

export interface FormContext<V> {
  values: V;
  set: <K extends keyof V>(name: K, value: V[K]) => void;
  at: (name: string) => string | undefined;
  isNew: boolean;
}

/** Creates or changes one object. Somebody else's change in the meantime is shown before it is overwritten. */
export function ResourceDialog<K extends ManagedKind, V extends object>(props: ResourceDialogProps<K, V>) {
  const { kind, id, read } = props;
  const item = itemPath(kind);
  const { path, noun } = KINDS[kind];
  const form = useForm<V>(props.fresh);
  const [etag, setEtag] = useState<string>();
  const [isLoading, setLoading] = useState(id !== undefined);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [unread, setUnread] = useState<unknown>();
  const [attempt, setAttempt] = useState(0);
  const [theirs, setTheirs] = useState<{ values: V; etag: string | undefined }>();
  const keyFor = useIdempotencyKey();
  const queries = useQueryClient();
  const tell = useToast();
  const formId = useId();
  const { reset } = form;

  useEffect(() => {
    if (id === undefined) return;
    const stop = new AbortController();
    readItem(item, id, stop.signal)
      .then((answer) => {
        reset(read(answer.data));
        setEtag(answer.etag);
        setLoading(false);
      })
      .catch((reason: unknown) => {
        if (!stop.signal.aborted) setUnread(reason);
      });
    return () => stop.abort();
    // Read once, when it opens: later changes of others are found when it is saved.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, item, attempt]);

  const save = async (match: string | undefined) => {
    setBusy(true);
    setError(undefined);
    try {
      const body = props.write(form.values);
      const saved =
        id === undefined
          ? await createItem<typeof path, Item<KindItem<K>>>(path, body as never, keyFor(body))
          : await replaceItem(item, id, body, match);
      // Nobody waits in the form for lists to be read again.
      void queries.invalidateQueries({ queryKey: [kindKey(kind)] });
      tell(`The ${noun} was ${id === undefined ? "created" : "saved"}.`);
      props.onDone?.(saved.data);
      props.onClose();
    } catch (reason) {
      if (reason instanceof ApiError && reason.code === "stale" && id !== undefined) {
        const newest = await readItem(item, id).catch(() => undefined);
        if (newest) setTheirs({ values: read(newest.data), etag: newest.etag });
      }
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  const missing = props.missing?.(form.values);
  const isStale = theirs !== undefined;
  return (
    <Dialog
      title={id === undefined ? `New ${noun}` : `Change ${noun}`}
      onClose={props.onClose}
      isDirty={form.isDirty}
      wide={props.wide}
      actions={
        <>
          {missing && <span className="mr-auto self-center text-[12.5px] text-muted">{missing}</span>}
          <Button onClick={props.onClose}>Cancel</Button>
          <Button
            type="submit"
            form={formId}
            variant="primary"
            busy={isBusy}
            disabled={isLoading || isStale || missing !== undefined || (id !== undefined && !form.isDirty)}
          >
            {id === undefined ? "Create" : "Save"}
          </Button>
        </>
      }
    >
      {unread !== undefined ? (
        // Without its present values, saving would empty it.
        <Problem
          error={unread}
          title={`The ${noun} cannot be read`}
          onRetry={() => {
            setUnread(undefined);
            setAttempt(attempt + 1);
          }}
        />
      ) : isLoading ? (
        <Skeleton lines={5} />
      ) : (
        <form
          id={formId}
          className="space-y-4"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (!missing) void save(etag);
          }}
        >
          {props.children({
            values: form.values,
            set: form.set,
            at: fieldErrors(error),
            isNew: id === undefined,
          })}
          {theirs && (
            <Stale
              mine={form.values}
              theirs={theirs.values}
              busy={isBusy}
              onTake={() => {
                reset(theirs.values);
                setEtag(theirs.etag);
                setTheirs(undefined);
                setError(undefined);
              }}
              onOverwrite={() => {
                setEtag(theirs.etag);
                setTheirs(undefined);
                void save(theirs.etag);
              }}
            />
          )}
          {error !== undefined && !theirs && !isPlaced(error, props.places) && <Problem error={error} />}
        </form>
      )}
    </Dialog>
  );
}

/** A key for a request: the same form sent twice has its effect once, a mended one is another request. */
export function useIdempotencyKey(): (body: unknown) => string {
  const last = useRef({ text: "", key: "" });
  return useCallback((body) => {
    const text = JSON.stringify(body);
    if (last.current.text !== text || last.current.key === "")
      last.current = { text, key: crypto.randomUUID() };
    return last.current.key;
  }, []);
}

/** Two versions of the same object, and the choice between them. */
export function Stale<V extends object>(props: {
  mine: V;
  theirs: V;
  busy: boolean;
  onTake: () => void;
  onOverwrite: () => void;
}) {
  const names = Object.keys(props.mine) as (keyof V & string)[];
  const differing = names.filter(
    (name) => JSON.stringify(props.mine[name]) !== JSON.stringify(props.theirs[name]),
  );
  return (
    <div role="alert" className="space-y-2 rounded-md border border-warn/40 bg-warn-soft p-3 text-[13px]">
      <p className="font-semibold text-warn">Somebody else changed this while you were editing</p>
      {differing.length === 0 ? (
        <p>The newest version says what you typed.</p>
      ) : (
        <table className="w-full table-fixed text-[12.5px]">
          <thead className="text-left text-muted">
            <tr>
              <th scope="col" className="py-1 font-medium">
                Field
              </th>
              <th scope="col" className="py-1 font-medium">
                Yours
              </th>
              <th scope="col" className="py-1 font-medium">
                Theirs
              </th>
            </tr>
          </thead>
          <tbody>
            {differing.map((name) => (
              <tr key={name} className="align-top">
                <td className="py-0.5 pr-2 font-mono break-words">{name}</td>
                <td className="py-0.5 pr-2 break-words">{shown(props.mine[name])}</td>
                <td className="py-0.5 break-words">{shown(props.theirs[name])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div className="flex gap-2">
        <Button small onClick={props.onTake}>
          Take theirs
        </Button>
        <Button small variant="danger" busy={props.busy} onClick={props.onOverwrite}>
          Save mine over theirs
        </Button>
      </div>
    </div>
  );
}

function shown(value: unknown): string {
  if (value === undefined || value === null || value === "") return "—";
  return typeof value === "string" ? value : JSON.stringify(value);
}
