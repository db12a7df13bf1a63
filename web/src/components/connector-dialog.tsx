import type { ReactNode } from "react";
import type { Item, ItemBody } from "@/api/objects";
import type { KindItem } from "@/lib/kinds";
import { words } from "@/lib/words";
import { ConfigForm, missingField, typesOf, useConnectorTypes, type Config } from "./config-form";
import { CheckField, SelectField, TextField } from "./form";
import { Problem, Skeleton } from "./problem";
import { ResourceDialog, type FormContext } from "./resource-dialog";

export interface ConnectorValues {
  name: string;
  type: string;
  enabled: boolean;
  config: Config;
}

type Family = "issuer" | "target" | "channel";

interface ConnectorDialogProps<K extends Family, V extends ConnectorValues> {
  kind: K;
  id?: string;
  fresh: V;
  read: (item: Item<KindItem<K>>) => V;
  write: (values: V) => ItemBody<KindItem<K>>;
  missing?: (values: V) => string | undefined;
  places?: readonly string[];
  /** Fields of this family beside name, type and configuration. */
  extra?: (form: FormContext<V>) => ReactNode;
  onClose: () => void;
  onDone?: (item: Item<KindItem<K>>) => void;
}

/** Creates or changes an issuer, target or channel, whatever its kind is configured by. */
export function ConnectorDialog<K extends Family, V extends ConnectorValues>(
  props: ConnectorDialogProps<K, V>,
) {
  const types = useConnectorTypes();
  if (types.isError) return <Problem error={types.error} />;
  if (!types.data) return <Skeleton />;
  const kinds = typesOf(types.data, props.kind);
  const only = kinds.length === 1 ? kinds[0] : undefined;
  const fresh = props.fresh.type === "" && only ? { ...props.fresh, type: only.type } : props.fresh;
  return (
    <ResourceDialog
      {...props}
      fresh={fresh}
      wide
      missing={(values: V) => {
        if (values.name.trim() === "") return "Still needed: name";
        if (values.type === "") return "Still needed: type";
        const kind = kinds.find((one) => one.type === values.type);
        const field = kind && missingField(kind.fields, values.config);
        return field ? `Still needed: ${words(field)}` : props.missing?.(values);
      }}
      places={["name", "type", "enabled", "config", ...(props.places ?? [])]}
    >
      {(form) => {
        const kind = kinds.find((one) => one.type === form.values.type);
        return (
          <>
            <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
              <TextField
                label="Name"
                required
                value={form.values.name}
                onChange={(value) => form.set("name", value)}
                error={form.at("name")}
              />
              <SelectField
                label="Type"
                required
                value={form.values.type}
                disabled={!form.isNew}
                onChange={(value) => {
                  form.set("type", value);
                  form.set("config", {});
                }}
                none={form.isNew ? "Choose…" : undefined}
                options={kinds.map((one) => ({ value: one.type, label: words(one.type) }))}
                error={form.at("type")}
              />
              {props.extra?.(form)}
            </div>
            {kind && (
              <section aria-label="Configuration" className="border-t pt-4">
                <ConfigForm
                  key={kind.type}
                  fields={kind.fields}
                  value={form.values.config}
                  onChange={(value) => form.set("config", value)}
                  at={form.at}
                />
              </section>
            )}
            <CheckField
              label="Enabled"
              value={form.values.enabled}
              onChange={(value) => form.set("enabled", value)}
            />
          </>
        );
      }}
    </ResourceDialog>
  );
}
