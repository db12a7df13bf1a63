import { Ref, type RefKind } from "@/components/refs";
import { count } from "@/lib/words";

/** What selects the certificates of an operation. */
export interface Meant {
  certificate_ids?: string[];
  owner_id?: string;
  team_id?: string;
  issuer_id?: string;
  profile_id?: string;
  agent_id?: string;
}

/** Filters of the list that an operation understands, too. */
const CRITERIA = {
  owner_id: "owner",
  team_id: "team",
  issuer_id: "issuer",
  profile_id: "profile",
  agent_id: "agent",
} as const satisfies Record<string, RefKind>;
type Criterion = keyof typeof CRITERIA;

/** The rows that were chosen, and, when the list's filters say it, everything that matches them. */
export interface CertificateSet {
  chosen: Meant;
  matching: Meant | undefined;
  total: number;
}

/** What may be meant by rows that were chosen in a list with filters. */
export function setOf(
  ids: readonly string[],
  filters: Readonly<Record<string, string>>,
  total: number,
): CertificateSet {
  const names = Object.keys(filters);
  // With any other filter the operation would mean more than the list shows.
  const isSaid = names.length > 0 && names.every((name) => name in CRITERIA);
  return {
    chosen: { certificate_ids: [...ids] },
    matching: isSaid && total > ids.length ? { ...filters } : undefined,
    total,
  };
}

/** Which certificates are meant. */
export function SetField(props: { set: CertificateSet; value: Meant; onChange: (value: Meant) => void }) {
  const { chosen, matching, total } = props.set;
  const number = chosen.certificate_ids?.length ?? 0;
  if (!matching) return <p>{count(number, "certificate is", "certificates are")} chosen.</p>;
  const isAll = JSON.stringify(props.value) === JSON.stringify(matching);
  return (
    <fieldset className="space-y-1">
      <legend className="text-[12.5px] font-medium">Which certificates</legend>
      <label className="flex items-start gap-2">
        <input type="radio" name="set" checked={!isAll} onChange={() => props.onChange(chosen)} />
        The {count(number, "certificate")} chosen
      </label>
      <label className="flex items-start gap-2">
        <input type="radio" name="set" checked={isAll} onChange={() => props.onChange(matching)} />
        <span>
          All {total.toLocaleString()} that match the filters:{" "}
          {(Object.keys(matching) as Criterion[]).map((name, index) => (
            <span key={name}>
              {index > 0 && ", "}
              {CRITERIA[name]} <Ref of={CRITERIA[name]} id={matching[name]} plain />
            </span>
          ))}
        </span>
      </label>
    </fieldset>
  );
}
