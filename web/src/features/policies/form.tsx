import { useMutation } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import { policySeverityValues, policyTypeValues, type PolicyRequest, type PolicyRule } from "@/api/schema";
import { Badge } from "@/components/badge";
import { Button } from "@/components/button";
import { CheckField, ChipsField, Field, NumberField, SelectField, TextField } from "@/components/form";
import { Problem, Skeleton } from "@/components/problem";
import { useNames } from "@/components/refs";
import { ResourceDialog, type FormContext } from "@/components/resource-dialog";
import { count, words } from "@/lib/words";

type Type = PolicyRule["type"];

/** The one field that each type of rule has. */
export const WANTS: Readonly<
  Record<Type, { name: string; label: string; hint: string; kind: "issuers" | "list" | "days" }>
> = {
  AllowedIssuers: {
    name: "allowed_issuer_ids",
    label: "Allowed issuers",
    hint: "Certificates come from one of these.",
    kind: "issuers",
  },
  AllowedDomains: {
    name: "allowed_domains",
    label: "Allowed domains",
    hint: "Names, or *.example.com for exactly one label below it.",
    kind: "list",
  },
  RequiredMetadata: {
    name: "required_keys",
    label: "Tags that must be there",
    hint: "Names of tags, with any value.",
    kind: "list",
  },
  AllowedEnvironments: {
    name: "allowed",
    label: "Allowed environments",
    hint: "Such as production or staging.",
    kind: "list",
  },
  RenewalLeadTime: {
    name: "lead_time_days",
    label: "Days before the end",
    hint: "Renewed at least so long before it ends.",
    kind: "days",
  },
  CertificateLifetime: {
    name: "max_days",
    label: "Longest validity in days",
    hint: "No leaf lives longer.",
    kind: "days",
  },
};

interface Values {
  name: string;
  type: Type;
  severity: PolicyRule["severity"];
  enabled: boolean;
  list: string[];
  days: number | undefined;
}

const FRESH: Values = {
  name: "",
  type: "AllowedDomains",
  severity: "Warning",
  enabled: true,
  list: [],
  days: undefined,
};

function read(one: PolicyRule): Values {
  const value = (one.config as Record<string, unknown>)[WANTS[one.type].name];
  return {
    name: one.name,
    type: one.type,
    severity: one.severity,
    enabled: one.enabled,
    list: Array.isArray(value) ? value.map(String) : [],
    days: typeof value === "number" ? value : undefined,
  };
}

function write({ list, days, ...values }: Values): PolicyRequest {
  const wants = WANTS[values.type];
  return {
    ...values,
    config: { [wants.name]: wants.kind === "days" ? days : list } as PolicyRequest["config"],
  };
}

function missing(values: Values): string | undefined {
  if (values.name.trim() === "") return "Still needed: name";
  const wants = WANTS[values.type];
  const isEmpty = wants.kind === "days" ? values.days === undefined : values.list.length === 0;
  return isEmpty ? `Still needed: ${wants.label.toLowerCase()}` : undefined;
}

export function RuleDialog({ id, onClose }: { id?: string; onClose: () => void }) {
  return (
    <ResourceDialog
      kind="policy"
      id={id}
      fresh={FRESH}
      read={read}
      write={write}
      wide
      missing={missing}
      places={[
        "name",
        "type",
        "severity",
        "enabled",
        ...Object.values(WANTS).flatMap((one) => [one.name, `config.${one.name}`]),
      ]}
      onClose={onClose}
    >
      {(form) => (
        <>
          <RuleFields {...form} />
          {missing(form.values) === undefined && (
            <Preview key={JSON.stringify(form.values)} values={form.values} ruleId={id} />
          )}
        </>
      )}
    </ResourceDialog>
  );
}

function RuleFields({ values, set, at, isNew }: FormContext<Values>) {
  const wants = WANTS[values.type];
  const issuers = useNames("issuer");
  const error = at(wants.name) ?? at(`config.${wants.name}`);
  return (
    <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
      <TextField
        label="Name"
        required
        value={values.name}
        onChange={(value) => set("name", value)}
        error={at("name")}
      />
      <SelectField
        label="Looks at"
        required
        disabled={!isNew}
        value={values.type}
        onChange={(value) => {
          set("type", value as Type);
          set("list", []);
        }}
        options={policyTypeValues.map((value) => ({ value, label: words(value) }))}
        error={at("type")}
      />
      <div className="sm:col-span-2">
        {wants.kind === "days" && (
          <NumberField
            label={wants.label}
            hint={wants.hint}
            required
            min={1}
            unit="days"
            value={values.days}
            onChange={(value) => set("days", value)}
            error={error}
          />
        )}
        {wants.kind === "list" && (
          <ChipsField
            label={wants.label}
            hint={wants.hint}
            required
            value={values.list}
            onChange={(value) => set("list", value)}
            error={error}
          />
        )}
        {wants.kind === "issuers" && (
          <Field label={wants.label} hint={wants.hint} required error={error}>
            {(parts) => (
              <select
                {...parts}
                multiple
                size={Math.min(8, Math.max(3, issuers.data?.length ?? 3))}
                className="field h-auto"
                value={values.list}
                onChange={(event) =>
                  set(
                    "list",
                    Array.from(event.target.selectedOptions, (option) => option.value),
                  )
                }
              >
                {issuers.data?.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
      </div>
      <SelectField
        label="Severity"
        value={values.severity}
        onChange={(value) => set("severity", value as Values["severity"])}
        options={policySeverityValues.map((value) => ({ value, label: value }))}
        hint="The server's configuration says which severities stop issuance."
        error={at("severity")}
      />
      <div className="self-center">
        <CheckField label="Enabled" value={values.enabled} onChange={(value) => set("enabled", value)} />
      </div>
    </div>
  );
}

/** What the rule would find among the certificates as they are. */
function Preview({ values, ruleId }: { values: Values; ruleId: string | undefined }) {
  const preview = useMutation({
    mutationFn: () => {
      const { name, type, severity, enabled, config } = write(values);
      return call(
        api.POST("/api/v1/policies/preview", {
          body: { ...(ruleId ? { rule_id: ruleId } : { type }), name, severity, enabled, config, limit: 10 },
        }),
      );
    },
  });
  return (
    <div className="space-y-2 rounded-md border bg-page p-3 text-[13px]">
      <div className="flex items-center justify-between gap-2">
        <span className="font-medium">Against the inventory</span>
        <Button small busy={preview.isPending} onClick={() => preview.mutate()}>
          Try it
        </Button>
      </div>
      {preview.isPending && <Skeleton lines={2} />}
      {preview.isError && <Problem error={preview.error} />}
      {preview.data && (
        <>
          <p>
            Of {count(preview.data.certificates, "certificate")}, {preview.data.violating.toLocaleString()}{" "}
            would break it ({preview.data.newly_violating.toLocaleString()} newly);{" "}
            {preview.data.would_resolve.toLocaleString()} would be resolved.
          </p>
          <ul className="max-h-40 overflow-y-auto text-[12.5px]">
            {preview.data.violations.map((one) => (
              <li key={one.certificate_id}>
                <b className="font-medium">{one.name}</b>: {one.message}{" "}
                {one.newly && <Badge tone="warn">New</Badge>}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
