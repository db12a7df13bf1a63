import type { CollectionPath, Item, ItemBody, ItemPath } from "@/api/objects";
import type { ReactNode } from "react";
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

interface ConnectorDialogProps<P extends ItemPath, C extends CollectionPath, V extends ConnectorValues> {
  family: "issuer" | "target" | "channel";
  noun: string;
  queryKey: string;
  item: P;
  collection: C;
  id?: string;
  fresh: V;
  read: (item: Item<P>) => V;
  write: (values: V) => ItemBody<P>;
  missing?: (values: V) => string | undefined;
  places?: readonly string[];
  /** Fields of this family beside name, type and configuration. */
  extra?: (form: FormContext<V>) => ReactNode;
  onClose: () => void;
  onDone?: (item: Item<P>) => void;
}

/** Creates or changes an issuer, target or channel, whatever its kind is configured by. */
export function ConnectorDialog<P extends ItemPath, C extends CollectionPath, V extends ConnectorValues>(
  props: ConnectorDialogProps<P, C, V>,
) {
  const types = useConnectorTypes();
  if (types.isError) return <Problem error={types.error} />;
  if (!types.data) return <Skeleton />;
  const kinds = typesOf(types.data, props.family);
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
