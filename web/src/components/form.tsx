import { X } from "lucide-react";
import { useCallback, useId, useMemo, useState, type KeyboardEvent, type ReactNode } from "react";
import { ApiError } from "@/api/client";
import { cx } from "@/lib/cx";

/** What is typed into a form, and whether anything was. */
export function useForm<T extends object>(initial: T) {
  const [start, setStart] = useState(initial);
  const [values, setValues] = useState(initial);
  const set = useCallback(
    <K extends keyof T>(name: K, value: T[K]) => setValues((current) => ({ ...current, [name]: value })),
    [],
  );
  const reset = useCallback((next: T) => {
    setStart(next);
    setValues(next);
  }, []);
  const isDirty = useMemo(() => JSON.stringify(values) !== JSON.stringify(start), [values, start]);
  return { values, set, reset, isDirty };
}

/** What the server says of each field; `sans[2]` counts for `sans` as well. */
export function fieldErrors(error: unknown): (name: string) => string | undefined {
  const fields = error instanceof ApiError ? error.fields : [];
  return (name) => {
    const found = fields.filter(
      (one) => one.field === name || one.field.startsWith(`${name}[`) || one.field.startsWith(`${name}.`),
    );
    return found.length === 0
      ? undefined
      : found.map((one) => (one.field === name ? one.message : `${one.field}: ${one.message}`)).join("; ");
  };
}

/** Whether every refused field has its place in a form, so that the refusal need not be shown again. */
export function isPlaced(error: unknown, names: readonly string[]): boolean {
  if (!(error instanceof ApiError) || error.fields.length === 0) return false;
  const at = fieldErrors(error);
  return error.fields.every((one) => names.some((name) => at(name)?.includes(one.message)));
}

export interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string;
  required?: boolean;
  className?: string;
}

interface Parts {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
  required: boolean | undefined;
}

/** A label, what is typed, a hint, and what is wrong with it. */
export function Field(props: FieldProps & { children: (parts: Parts) => ReactNode }) {
  const id = useId();
  const { label, hint, error, required } = props;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className={cx("space-y-1", props.className)}>
      <label htmlFor={id} className="block text-[12.5px] font-medium">
        {label}
        {required && (
          <span aria-hidden className="text-bad">
            {" "}
            *
          </span>
        )}
      </label>
      {props.children({
        id,
        "aria-describedby": described || undefined,
        "aria-invalid": error ? true : undefined,
        required,
      })}
      {hint && (
        <p id={`${id}-hint`} className="text-[12px] text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-[12px] text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

interface TextProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "email" | "password" | "url" | "time" | "datetime-local";
  placeholder?: string;
  mono?: boolean;
  disabled?: boolean;
  autoComplete?: string;
  list?: readonly string[];
}

export function TextField(props: TextProps) {
  const list = useId();
  return (
    <Field {...props}>
      {(parts) => (
        <>
          <input
            {...parts}
            type={props.type ?? "text"}
            value={props.value}
            placeholder={props.placeholder}
            disabled={props.disabled}
            autoComplete={props.autoComplete ?? "off"}
            list={props.list ? list : undefined}
            spellCheck={false}
            onChange={(event) => props.onChange(event.target.value)}
            className={cx("field", props.mono && "font-mono")}
          />
          {props.list && (
            <datalist id={list}>
              {props.list.map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  );
}

export function TextArea(props: Omit<TextProps, "type" | "list"> & { rows?: number }) {
  return (
    <Field {...props}>
      {(parts) => (
        <textarea
          {...parts}
          rows={props.rows ?? 3}
          value={props.value}
          placeholder={props.placeholder}
          disabled={props.disabled}
          spellCheck={false}
          onChange={(event) => props.onChange(event.target.value)}
          className={cx("field", props.mono && "font-mono text-[12px]")}
        />
      )}
    </Field>
  );
}

/** A number; nothing typed is undefined. */
export function NumberField(
  props: FieldProps & {
    value: number | undefined;
    onChange: (value: number | undefined) => void;
    min?: number;
    max?: number;
    step?: number | "any";
    unit?: string;
    placeholder?: string;
  },
) {
  return (
    <Field {...props}>
      {(parts) => (
        <span className="flex items-center gap-2">
          <input
            {...parts}
            type="number"
            inputMode="decimal"
            min={props.min}
            max={props.max}
            step={props.step ?? 1}
            placeholder={props.placeholder}
            value={props.value ?? ""}
            onChange={(event) => {
              const number = event.target.valueAsNumber;
              props.onChange(Number.isNaN(number) ? undefined : number);
            }}
            className="field tabular-nums"
          />
          {props.unit && <span className="text-[12.5px] whitespace-nowrap text-muted">{props.unit}</span>}
        </span>
      )}
    </Field>
  );
}

export function SelectField(
  props: FieldProps & {
    value: string;
    onChange: (value: string) => void;
    options: readonly { value: string; label: string }[];
    /** What stands for no choice; without it one must be chosen. */
    none?: string;
    disabled?: boolean;
  },
) {
  return (
    <Field {...props}>
      {(parts) => (
        <select
          {...parts}
          value={props.value}
          disabled={props.disabled}
          onChange={(event) => props.onChange(event.target.value)}
          className="field"
        >
          {props.none !== undefined && <option value="">{props.none}</option>}
          {props.options.map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Yes or no. */
export function CheckField(props: {
  label: string;
  hint?: ReactNode;
  error?: string;
  value: boolean;
  onChange: (value: boolean) => void;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <div>
      <div className="flex items-start gap-2">
        <input
          id={id}
          type="checkbox"
          className="mt-0.5"
          checked={props.value}
          disabled={props.disabled}
          aria-describedby={props.hint ? `${id}-hint` : undefined}
          onChange={(event) => props.onChange(event.target.checked)}
        />
        <label htmlFor={id} className="text-[13px]">
          {props.label}
        </label>
      </div>
      {props.hint && (
        <p id={`${id}-hint`} className="pl-5.5 text-[12px] text-muted">
          {props.hint}
        </p>
      )}
      {props.error && (
        <p role="alert" className="text-[12px] text-bad">
          {props.error}
        </p>
      )}
    </div>
  );
}

/** Several texts. Enter, a comma or leaving the field takes what was typed; pasting takes many. */
export function ChipsField(
  props: FieldProps & {
    value: readonly string[];
    onChange: (value: string[]) => void;
    placeholder?: string;
    mono?: boolean;
    /** Whether a comma ends a text. */
    commas?: boolean;
    /** What is wrong with one text. */
    check?: (text: string) => string | undefined;
  },
) {
  const [text, setText] = useState("");
  const split = props.commas === false ? /\n/ : /[\s,;]+/;
  const take = (typed: string) => {
    const fresh = typed
      .split(split)
      .map((one) => one.trim())
      .filter((one) => one !== "" && !props.value.includes(one));
    setText("");
    if (fresh.length > 0) props.onChange([...props.value, ...new Set(fresh)]);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter" || (event.key === "," && props.commas !== false)) {
      if (text.trim() === "" && event.key === "Enter") return;
      event.preventDefault();
      take(text);
    } else if (event.key === "Backspace" && text === "") {
      props.onChange(props.value.slice(0, -1));
    }
  };
  const wrong = props.value.map((one) => props.check?.(one)).find((problem) => problem !== undefined);
  return (
    <Field {...props} error={props.error ?? wrong}>
      {(parts) => (
        <div className="field flex h-auto flex-wrap items-center gap-1 py-1">
          {props.value.map((one) => (
            <span
              key={one}
              className={cx(
                "inline-flex max-w-full items-center gap-1 rounded px-1.5 py-0.5 text-[12px]",
                props.mono && "font-mono",
                props.check?.(one) ? "bg-bad-soft text-bad" : "bg-neutral-soft",
              )}
            >
              <span className="truncate">{one}</span>
              <button
                type="button"
                aria-label={`Remove ${one}`}
                onClick={() => props.onChange(props.value.filter((other) => other !== one))}
              >
                <X aria-hidden className="size-3" />
              </button>
            </span>
          ))}
          <input
            {...parts}
            required={parts.required && props.value.length === 0}
            value={text}
            placeholder={props.value.length === 0 ? props.placeholder : undefined}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
            onBlur={() => take(text)}
            onPaste={(event) => {
              const pasted = event.clipboardData.getData("text");
              if (split.test(pasted.trim())) {
                event.preventDefault();
                take(pasted);
              }
            }}
            className={cx(
              "min-w-24 flex-1 bg-transparent text-[13px] outline-none",
              props.mono && "font-mono",
            )}
          />
        </div>
      )}
    </Field>
  );
}

/** Names and texts, a pair a line. */
export function PairsField(
  props: FieldProps & {
    value: Readonly<Record<string, string>>;
    onChange: (value: Record<string, string>) => void;
    placeholder?: string;
  },
) {
  const write = (value: Readonly<Record<string, string>>) =>
    Object.entries(value)
      .map(([name, text]) => `${name}=${text}`)
      .join("\n");
  const [text, setText] = useState(() => write(props.value));
  const read = (typed: string) =>
    Object.fromEntries(
      typed
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line) => {
          const at = line.indexOf("=");
          return at < 0 ? [line.trim(), ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
        }),
    );
  return (
    <TextArea
      {...props}
      mono
      rows={Math.min(8, Math.max(2, text.split("\n").length))}
      placeholder={props.placeholder ?? "name=value"}
      value={text}
      onChange={(typed) => {
        setText(typed);
        props.onChange(read(typed));
      }}
    />
  );
}

/** Several of a few, as boxes to tick. */
export function ChecksField(props: {
  label: string;
  hint?: ReactNode;
  error?: string;
  options: readonly { value: string; label: string }[];
  value: readonly string[];
  onChange: (value: string[]) => void;
}) {
  return (
    <fieldset className="space-y-1">
      <legend className="text-[12.5px] font-medium">{props.label}</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1">
        {props.options.map((one) => (
          <label key={one.value} className="flex items-center gap-1.5 text-[13px]">
            <input
              type="checkbox"
              checked={props.value.includes(one.value)}
              onChange={(event) =>
                props.onChange(
                  event.target.checked
                    ? [...props.value, one.value]
                    : props.value.filter((other) => other !== one.value),
                )
              }
            />
            {one.label}
          </label>
        ))}
      </div>
      {props.hint && <p className="text-[12px] text-muted">{props.hint}</p>}
      {props.error && (
        <p role="alert" className="text-[12px] text-bad">
          {props.error}
        </p>
      )}
    </fieldset>
  );
}
