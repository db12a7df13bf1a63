import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link } from "react-router";
import { fetchPage, type ListPath } from "@/api/lists";
import { cx } from "@/lib/cx";

/** What an id can refer to, and where it is shown. */
const KINDS = {
  owner: { path: "/api/v1/owners", page: "/owners", key: "owners" },
  team: { path: "/api/v1/teams", page: "/teams", key: "teams" },
  issuer: { path: "/api/v1/issuers", page: "/issuers", key: "issuers" },
  profile: { path: "/api/v1/profiles", page: "/profiles", key: "profiles" },
  policy: { path: "/api/v1/policies", page: "/policies", key: "policies" },
  renewal_policy: { path: "/api/v1/renewal-policies", page: "/renewal-policies", key: "renewal-policies" },
  agent: { path: "/api/v1/agents", page: "/agents", key: "agents" },
  agent_group: { path: "/api/v1/agent-groups", page: "/agent-groups", key: "agent-groups" },
  target: { path: "/api/v1/targets", page: "/targets", key: "targets" },
  channel: { path: "/api/v1/notification-channels", page: "/channels", key: "channels" },
} as const satisfies Record<string, { path: ListPath; page: string; key: string }>;

export type RefKind = keyof typeof KINDS;

export interface Named {
  id: string;
  name: string;
}

/** Names of everything of a kind, up to 500; beyond that, ids stand for themselves. */
export function useNames(kind: RefKind, enabled = true) {
  const { path, key } = KINDS[kind];
  return useQuery({
    queryKey: [key, "names"],
    queryFn: async ({ signal }): Promise<Named[]> => {
      const page = await fetchPage(path, { per_page: 500 }, {}, signal);
      return page.data.map(({ id, name }) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
    },
    staleTime: 60_000,
    enabled,
  });
}

/** The name behind an id, linked to its page. */
export function Ref({
  of,
  id,
  plain = false,
}: {
  of: RefKind;
  id: string | null | undefined;
  plain?: boolean;
}) {
  const names = useNames(of, id !== null && id !== undefined);
  const name = useMemo(() => names.data?.find((one) => one.id === id)?.name, [names.data, id]);
  if (!id) return <span className="text-muted">—</span>;
  if (plain) return <span title={id}>{name ?? id}</span>;
  return (
    <Link to={`${KINDS[of].page}/${id}`} title={id} className="whitespace-nowrap text-brand hover:underline">
      {name ?? id}
    </Link>
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
