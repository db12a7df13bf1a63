import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { fetchPage } from "@/api/lists";
import { cx } from "@/lib/cx";
import { kindKey, KINDS, type Kind } from "@/lib/kinds";
import { CopyButton } from "./copy";

/** What an id can refer to by name. There are too many certificates to know all their names. */
export type RefKind = Exclude<Kind, "certificate">;

export interface Named {
  id: string;
  name: string;
}

/** More are not read at once. */
const PAGE = 500;
/** Beyond so many, ids stand for themselves. */
const MOST_NAMES = 5_000;

/** Names of everything of a kind, by name: one query that every list and page shares. */
export function useNames(kind: RefKind, enabled = true) {
  return useQuery({
    queryKey: [kindKey(kind), "names"],
    queryFn: ({ signal }) => readNames(kind, signal),
    staleTime: 60_000,
    enabled,
  });
}

async function readNames(kind: RefKind, signal: AbortSignal): Promise<Named[]> {
  const names: Named[] = [];
  let cursor: string | null | undefined;
  do {
    const query = { per_page: PAGE, ...(cursor ? { cursor } : {}) };
    const page = await fetchPage(KINDS[kind].path, query, {}, signal);
    names.push(...page.data.map(({ id, name }) => ({ id, name })));
    cursor = page.next_cursor;
  } while (cursor && names.length < MOST_NAMES);
  return names.sort((a, b) => a.name.localeCompare(b.name));
}

/** Finds a name without looking through all of them in every row. */
function useNameOf(kind: RefKind, id: string | null | undefined): string | undefined {
  const byId = useQuery({
    queryKey: [kindKey(kind), "names"],
    queryFn: ({ signal }) => readNames(kind, signal),
    staleTime: 60_000,
    enabled: Boolean(id),
    select: indexOf,
  });
  return id ? byId.data?.get(id) : undefined;
}

/** Kept for as long as the names are, so that rows share it. */
const INDEXES = new WeakMap<readonly Named[], ReadonlyMap<string, string>>();

function indexOf(names: readonly Named[]): ReadonlyMap<string, string> {
  const known = INDEXES.get(names);
  if (known) return known;
  const fresh = new Map(names.map((one) => [one.id, one.name]));
  INDEXES.set(names, fresh);
  return fresh;
}

/** The name behind an id, linked to its page; the id is its tooltip, and with `copy` can be taken. */
export function Ref(props: { of: RefKind; id: string | null | undefined; plain?: boolean; copy?: boolean }) {
  const { of, id } = props;
  const name = useNameOf(of, id);
  if (!id) return <span className="text-muted">—</span>;
  if (props.plain) return <span title={id}>{name ?? id}</span>;
  const link = (
    <Link to={`${KINDS[of].page}/${id}`} title={id} className="whitespace-nowrap text-brand hover:underline">
      {name ?? id}
    </Link>
  );
  if (!props.copy) return link;
  return (
    <span className="inline-flex items-center gap-0.5">
      {link}
      <CopyButton text={id} label={`Copy ${id}`} />
    </span>
  );
}

interface SelectProps {
  id?: string;
  of: RefKind;
  value: string;
  onChange: (value: string) => void;
  /** What stands for no choice. */
  any: string;
  compact?: boolean;
  invalid?: boolean;
  describedBy?: string;
  required?: boolean;
  disabled?: boolean;
}

/** Chooses one object of a kind by its name. */
export function ReferenceSelect(props: SelectProps) {
  const names = useNames(props.of);
  const unknown = props.value !== "" && !names.data?.some((one) => one.id === props.value);
  return (
    <select
      id={props.id}
      value={props.value}
      disabled={props.disabled}
      required={props.required}
      aria-invalid={props.invalid || undefined}
      aria-describedby={props.describedBy}
      onChange={(event) => props.onChange(event.target.value)}
      className={cx("field", props.compact && "w-auto max-w-48")}
    >
      <option value="">{names.isPending ? "Loading…" : props.any}</option>
      {unknown && <option value={props.value}>{props.value}</option>}
      {names.data?.map((one) => (
        <option key={one.id} value={one.id}>
          {one.name}
        </option>
      ))}
    </select>
  );
}
