import { Trash2 } from "lucide-react";
import { useId } from "react";
import type { RoutingRecipients } from "@/api/schema";
import { IconButton } from "@/components/button";
import { ChipsField } from "@/components/form";
import { Card } from "@/components/page";
import { Ref, ReferenceSelect } from "@/components/refs";
import { ChannelPicker } from "./page";

type Value = Readonly<Record<string, RoutingRecipients>>;

/** Further channels and addresses for what belongs to somebody. */
export function Recipients(props: {
  title: string;
  of: "team" | "owner";
  refs: readonly { id: string; name: string }[];
  value: Value;
  onChange: (value: Record<string, RoutingRecipients>) => void;
  error: string | undefined;
}) {
  const field = useId();
  const set = (id: string, recipients: RoutingRecipients) =>
    props.onChange({ ...props.value, [id]: recipients });
  const remove = (id: string) =>
    props.onChange(Object.fromEntries(Object.entries(props.value).filter(([other]) => other !== id)));
  return (
    <Card title={props.title}>
      <div className="space-y-3 text-[13px]">
        {Object.entries(props.value).map(([id, recipients]) => (
          <div key={id} className="space-y-2 rounded-md bg-page p-2.5">
            <div className="flex items-center justify-between">
              <Ref of={props.of} id={id} />
              <IconButton
                label="Remove"
                icon={<Trash2 aria-hidden className="size-4" />}
                onClick={() => remove(id)}
              />
            </div>
            <ChannelPicker
              label="Channels"
              refs={props.refs}
              value={recipients.channels ?? []}
              onChange={(channels) => set(id, { ...recipients, channels })}
            />
            <ChipsField
              label="Mail addresses"
              value={recipients.emails ?? []}
              onChange={(emails) => set(id, { ...recipients, emails })}
            />
          </div>
        ))}
        <div>
          <label htmlFor={field} className="sr-only">
            Add {props.of === "owner" ? "an owner" : "a team"}
          </label>
          <ReferenceSelect
            id={field}
            of={props.of}
            value=""
            any={props.of === "owner" ? "Add an owner…" : "Add a team…"}
            onChange={(id) => id && !(id in props.value) && set(id, { channels: [], emails: [] })}
          />
        </div>
        {props.error && (
          <p role="alert" className="text-[12px] text-bad">
            {props.error}
          </p>
        )}
      </div>
    </Card>
  );
}
