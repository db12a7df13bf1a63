import { Search, X } from "lucide-react";
import { useEffect, useId, useState } from "react";
import type { ListControls } from "@/lib/list-params";
import { words } from "@/lib/words";
import { Button } from "./button";
import { ReferenceSelect, type RefKind } from "./refs";

/** One filter of a list; its name is the parameter of the API. */
export type FilterSpec =
  | { kind: "search"; name: string; label: string }
  | { kind: "text"; name: string; label: string }
  | {
      kind: "choice";
      name: string;
      label: string;
      values: readonly string[];
      labels?: Readonly<Record<string, string>>;
    }
  | { kind: "reference"; name: string; label: string; of: RefKind }
  | { kind: "date"; name: string; label: string };

/** The filters of a list, those that are set, and how to get rid of them. */
export function Filters({ specs, controls }: { specs: readonly FilterSpec[]; controls: ListControls }) {
  const known = new Set(specs.map((spec) => spec.name));
  const others = Object.entries(controls.filters).filter(([name]) => !known.has(name));
  const isSet = Object.keys(controls.filters).length > 0;
  return (
    <div role="search" className="flex flex-wrap items-end gap-2">
      {specs.map((spec) => (
        <Filter
          key={spec.name}
          spec={spec}
          value={controls.filters[spec.name] ?? ""}
          onChange={(value) => controls.setFilter(spec.name, value)}
        />
      ))}
      {others.map(([name, value]) => (
        <button
          key={name}
          type="button"
          onClick={() => controls.setFilter(name, "")}
          className="inline-flex h-8 max-w-64 items-center gap-1.5 rounded-md border border-brand/40 bg-brand-soft px-2 text-[12.5px]"
        >
          <span className="truncate">
            {words(name)}: <b className="font-medium">{value}</b>
          </span>
          <X aria-label="Remove this filter" className="size-3.5 shrink-0" />
        </button>
      ))}
      {isSet && (
        <Button variant="ghost" onClick={controls.reset}>
          Clear filters
        </Button>
      )}
    </div>
  );
}

function Filter({
  spec,
  value,
  onChange,
}: {
  spec: FilterSpec;
  value: string;
  onChange: (value: string) => void;
}) {
  const id = useId();
  if (spec.kind === "search" || spec.kind === "text") {
    return <TextFilter id={id} spec={spec} value={value} onChange={onChange} />;
  }
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="sr-only">
        {spec.label}
      </label>
      {spec.kind === "choice" && (
        <select
          id={id}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className="field w-auto max-w-48"
          data-set={value !== "" || undefined}
        >
          <option value="">{spec.label}: any</option>
          {spec.values.map((choice) => (
            <option key={choice} value={choice}>
              {spec.labels?.[choice] ?? words(choice)}
            </option>
          ))}
        </select>
      )}
      {spec.kind === "reference" && (
        <ReferenceSelect
          id={id}
          of={spec.of}
          value={value}
          onChange={onChange}
          any={`${spec.label}: any`}
          compact
        />
      )}
      {spec.kind === "date" && (
        <span className="flex items-center gap-1.5 text-[12.5px] text-muted">
          <span aria-hidden>{spec.label}</span>
          <input
            id={id}
            type="date"
            value={value.slice(0, 10)}
            onChange={(event) => onChange(event.target.value)}
            className="field w-auto"
          />
        </span>
      )}
    </div>
  );
}

/** Waits until typing pauses, so that not every letter is a request. */
function TextFilter(props: {
  id: string;
  spec: FilterSpec;
  value: string;
  onChange: (value: string) => void;
}) {
  const { id, spec, value, onChange } = props;
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  if (value !== seen) {
    setSeen(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text.trim()), 300);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <div className="relative">
      <label htmlFor={id} className="sr-only">
        {spec.label}
      </label>
      <Search aria-hidden className="absolute top-2 left-2.5 size-4 text-muted" />
      <input
        id={id}
        type="search"
        value={text}
        placeholder={spec.label}
        onChange={(event) => setText(event.target.value)}
        className="field w-60 pl-8 max-sm:w-full"
      />
    </div>
  );
}
