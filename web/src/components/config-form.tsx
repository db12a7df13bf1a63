import { useQuery } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import type { ConnectorField, ConnectorType } from "@/api/schema";
import { words } from "@/lib/words";
import { Badge } from "./badge";
import { Button } from "./button";
import { CheckField, ChipsField, Field, NumberField, PairsField, SelectField, TextField } from "./form";
import { Fact, Facts } from "./page";

export type Config = Readonly<Record<string, unknown>>;

/** Every kind of connector that the server has. */
export function useConnectorTypes() {
  return useQuery({
    queryKey: ["connector-types"],
    queryFn: ({ signal }) => call(api.GET("/api/v1/connector-types", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
    select: (answer) => answer.data,
  });
}

export function typesOf(all: readonly ConnectorType[] | undefined, family: string): readonly ConnectorType[] {
  return (all ?? []).filter((one) => one.family === family);
}

/** Stands for a secret that is kept. */
export function isKept(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as { set?: unknown }).set === true;
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

/** The first required field without a value, as a path. */
export function missingField(fields: readonly ConnectorField[], config: Config, at = ""): string | undefined {
  for (const field of fields) {
    const value = config[field.name];
    if (field.type === "object" && !isEmpty(value)) {
      const inner = missingField(field.fields ?? [], value as Config, `${at}${field.name}.`);
      if (inner) return inner;
    } else if (field.required && isEmpty(value)) {
      return at + field.name;
    }
  }
  return undefined;
}

interface ConfigFormProps {
  fields: readonly ConnectorField[];
  value: Config;
  onChange: (value: Config) => void;
  /** What the server says of a field, by its path. */
  at: (name: string) => string | undefined;
  prefix?: string;
}

/** A form for any connector, drawn from what the connector says of itself. */
export function ConfigForm({ fields, value, onChange, at, prefix = "config." }: ConfigFormProps) {
  const set = (name: string, next: unknown) => {
    const copy: Record<string, unknown> = { ...value };
    if (isEmpty(next)) Reflect.deleteProperty(copy, name);
    else copy[name] = next;
    onChange(copy);
  };
  return (
    <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
      {fields.map((field) =>
        field.type === "object" ? (
          <fieldset key={field.name} className="rounded-md border p-3 sm:col-span-2">
            <legend className="px-1 text-[12.5px] font-medium">{label(field)}</legend>
            <p className="mb-3 text-[12px] text-muted">{field.help}</p>
            <ConfigForm
              fields={field.fields ?? []}
              value={(value[field.name] as Config | undefined) ?? {}}
              onChange={(inner) => set(field.name, Object.keys(inner).length === 0 ? undefined : inner)}
              at={at}
              prefix={`${prefix}${field.name}.`}
            />
          </fieldset>
        ) : (
          <Input
            key={field.name}
            field={field}
            value={value[field.name]}
            onChange={(next) => set(field.name, next)}
            error={at(prefix + field.name) ?? at(field.name)}
          />
        ),
      )}
    </div>
  );
}

function label(field: ConnectorField): string {
  return words(field.name);
}

interface InputProps {
  field: ConnectorField;
  value: unknown;
  onChange: (value: unknown) => void;
  error: string | undefined;
}

function Input({ field, value, onChange, error }: InputProps) {
  const common = { label: label(field), hint: field.help, error, required: field.required };
  const placeholder = field.default ?? undefined;
  if (field.secret) return <SecretInput field={field} value={value} onChange={onChange} error={error} />;
  switch (field.type) {
    case "choice":
      return (
        <SelectField
          {...common}
          value={text(value)}
          onChange={onChange}
          none={field.default ? `Default: ${field.default}` : field.required ? "Choose…" : "Not set"}
          options={(field.choices ?? []).map((choice) => ({ value: choice, label: choice }))}
        />
      );
    case "boolean":
      return (
        <div className="self-center">
          <CheckField
            label={common.label}
            hint={common.hint}
            error={error}
            value={typeof value === "boolean" ? value : field.default === "true"}
            onChange={onChange}
          />
        </div>
      );
    case "integer":
      return (
        <NumberField
          {...common}
          value={typeof value === "number" ? value : undefined}
          onChange={onChange}
          placeholder={placeholder}
        />
      );
    case "text_list":
      return (
        <ChipsField
          {...common}
          mono
          commas={false}
          value={list(value)}
          onChange={onChange}
          placeholder={placeholder}
        />
      );
    case "text_map":
      return (
        <PairsField
          {...common}
          value={(value as Record<string, string> | undefined) ?? {}}
          onChange={onChange}
        />
      );
    case "command":
      return (
        <TextField
          {...common}
          mono
          value={Array.isArray(value) ? value.join(" ") : text(value)}
          onChange={onChange}
          placeholder={placeholder}
        />
      );
    default:
      return (
        <TextField
          {...common}
          mono={field.type !== "text" || /path|command|endpoint|url/.test(field.name)}
          value={text(value)}
          onChange={onChange}
          placeholder={placeholder}
        />
      );
  }
}

/** A value that is written and never read: what is kept is only said to be kept. */
function SecretInput({ field, value, onChange, error }: InputProps) {
  if (isKept(value)) {
    return (
      <Field label={label(field)} hint={field.help} error={error} required={field.required}>
        {(parts) => (
          <div className="flex items-center gap-2">
            <input {...parts} className="field" readOnly value="Set" aria-label={`${label(field)} is set`} />
            <Button small onClick={() => onChange("")}>
              Replace
            </Button>
          </div>
        )}
      </Field>
    );
  }
  return (
    <TextField
      label={label(field)}
      hint={field.help}
      error={error}
      required={field.required}
      type="password"
      autoComplete="new-password"
      value={text(value)}
      onChange={onChange}
    />
  );
}

function text(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** A configuration as it is shown: secrets are only said to be set. */
export function ConfigFacts({ fields, value }: { fields: readonly ConnectorField[]; value: Config }) {
  const shown = fields.filter((field) => !isEmpty(value[field.name]));
  const known = new Set(fields.map((field) => field.name));
  const others = Object.keys(value).filter((name) => !known.has(name));
  if (shown.length === 0 && others.length === 0)
    return <p className="text-[13px] text-muted">Everything has its default.</p>;
  return (
    <Facts>
      {shown.map((field) => (
        <Fact key={field.name} name={label(field)}>
          <ConfigValue value={value[field.name]} />
        </Fact>
      ))}
      {others.map((name) => (
        <Fact key={name} name={words(name)}>
          <ConfigValue value={value[name]} />
        </Fact>
      ))}
    </Facts>
  );
}

function ConfigValue({ value }: { value: unknown }) {
  if (isKept(value)) return <Badge>Set, not shown</Badge>;
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "string" || typeof value === "number") {
    return <span className="font-mono text-[12.5px] break-all">{value}</span>;
  }
  return <code className="font-mono text-[12px] break-all">{JSON.stringify(value)}</code>;
}
