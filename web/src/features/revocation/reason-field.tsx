import type { RevocationReason } from "@/api/schema";
import { Field } from "@/components/form";
import { REASONS } from "./reasons";

/** Why, in the words of RFC 5280. None is chosen beforehand: a reason cannot be changed later. */
export function ReasonField(props: {
  value: RevocationReason | "";
  onChange: (value: RevocationReason | "") => void;
  reasons: readonly RevocationReason[];
  error?: string;
}) {
  return (
    <Field
      label="Reason"
      required
      error={props.error}
      hint={props.value === "" ? "Relying parties are told; it stays." : REASONS[props.value].when}
    >
      {(parts) => (
        <select
          {...parts}
          className="field"
          value={props.value}
          onChange={(event) =>
            props.onChange(props.reasons.find((reason) => reason === event.target.value) ?? "")
          }
        >
          <option value="">Choose…</option>
          {props.reasons.map((reason) => (
            <option key={reason} value={reason}>
              {REASONS[reason].label}: {REASONS[reason].when}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
