import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import {
  alertSeverityValues,
  notificationChannelValues,
  type AlertSeverity,
  type FreezePeriod,
} from "@/api/schema";
import { Button, IconButton } from "@/components/button";
import { CheckField, Field, NumberField, SelectField, TextField } from "@/components/form";
import { ReferenceSelect } from "@/components/refs";
import { ResourceDialog, type FormContext } from "@/components/resource-dialog";
import { WindowsEditor } from "@/components/windows";
import { fromLocalInput, toLocalInput } from "@/lib/time";
import { words } from "@/lib/words";
import { FRESH, effect, read, write, type Values } from "./values";

export function PolicyDialog({ id, onClose }: { id?: string; onClose: () => void }) {
  return (
    <ResourceDialog
      kind="renewal_policy"
      id={id}
      fresh={FRESH}
      read={read}
      write={write}
      wide
      missing={(values) => (values.name.trim() === "" ? "Still needed: name" : undefined)}
      places={Object.keys(FRESH)}
      onClose={onClose}
    >
      {(form) => <PolicyFields {...form} />}
    </ResourceDialog>
  );
}

function PolicyFields(form: FormContext<Values>) {
  const { values, set, at } = form;
  return (
    <div className="space-y-5">
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <TextField
          label="Name"
          required
          value={values.name}
          onChange={(value) => set("name", value)}
          error={at("name")}
        />
        <Field label="Limited to a group of agents" error={at("agent_group_id")}>
          {(parts) => (
            <ReferenceSelect
              id={parts.id}
              of="agent_group"
              value={values.agent_group_id}
              onChange={(value) => set("agent_group_id", value)}
              any="No limit"
            />
          )}
        </Field>
        <SelectField
          label="Begins"
          value={values.renewal_window_fraction === null ? "days" : "fraction"}
          onChange={(value) => set("renewal_window_fraction", value === "days" ? null : 0.33)}
          options={[
            { value: "days", label: "some days before the end" },
            { value: "fraction", label: "in the last part of the lifetime" },
          ]}
        />
        {values.renewal_window_fraction === null ? (
          <NumberField
            label="Days before the end"
            min={1}
            unit="days"
            value={values.renewal_window_days}
            onChange={(value) => set("renewal_window_days", value ?? 0)}
            hint="Never more than a third of the lifetime."
            error={at("renewal_window_days")}
          />
        ) : (
          <NumberField
            label="Last part of the lifetime"
            min={1}
            max={90}
            unit="%"
            value={Math.round(values.renewal_window_fraction * 100)}
            onChange={(value) => set("renewal_window_fraction", (value ?? 0) / 100)}
            error={at("renewal_window_fraction")}
          />
        )}
        <NumberField
          label="Retries"
          min={0}
          value={values.max_retries}
          onChange={(value) => set("max_retries", value ?? 0)}
          error={at("max_retries")}
        />
        <NumberField
          label="Pause between them"
          min={0}
          unit="seconds"
          value={values.retry_interval_seconds}
          onChange={(value) => set("retry_interval_seconds", value ?? 0)}
          error={at("retry_interval_seconds")}
        />
      </div>
      <p className="rounded-md bg-page p-2.5 text-[12.5px] text-muted">
        A leaf of 90 days is renewed {effect(values, 90).toFixed(0)} days before its end, one of 47 days{" "}
        {effect(values, 47).toFixed(0)} days before, one of 6 days {effect(values, 6).toFixed(1)} days before.
        {!values.auto_renew && " But not by itself: somebody has to ask for it."}
      </p>
      <CheckField
        label="Renews by itself"
        value={values.auto_renew}
        onChange={(value) => set("auto_renew", value)}
      />
      <Alerts {...form} />
      <Windows {...form} />
      <Freezes {...form} />
      <CheckField
        label="Rather renew outside windows and inside freezes than let a certificate expire"
        value={values.override_before_expiry}
        onChange={(value) => set("override_before_expiry", value)}
      />
    </div>
  );
}

/** Thresholds with their severity, and the channels of each severity. */
function Alerts({ values, set, at }: FormContext<Values>) {
  const [next, setNext] = useState<number>();
  const thresholds = [...values.alert_thresholds_days].sort((a, b) => b - a);
  return (
    <fieldset className="space-y-3 rounded-md border p-3">
      <legend className="px-1 text-[12.5px] font-medium">Alerts before the end</legend>
      <ul className="flex flex-wrap gap-2">
        {thresholds.map((days) => (
          <li
            key={days}
            className="flex items-center gap-1.5 rounded-md border bg-page py-0.5 pl-2 text-[13px]"
          >
            {days} d
            <select
              aria-label={`Severity ${days} days before the end`}
              className="field min-h-7 w-auto py-0.5"
              value={values.alert_severity_map[String(days)] ?? ""}
              onChange={(event) => {
                const map = { ...values.alert_severity_map };
                if (event.target.value === "") Reflect.deleteProperty(map, String(days));
                else map[String(days)] = event.target.value as AlertSeverity;
                set("alert_severity_map", map);
              }}
            >
              <option value="">by itself</option>
              {alertSeverityValues.map((severity) => (
                <option key={severity} value={severity}>
                  {words(severity)}
                </option>
              ))}
            </select>
            <IconButton
              small
              label={`Remove the alert ${days} days before the end`}
              icon={<Trash2 aria-hidden className="size-3.5" />}
              onClick={() =>
                set(
                  "alert_thresholds_days",
                  values.alert_thresholds_days.filter((one) => one !== days),
                )
              }
            />
          </li>
        ))}
        <li className="flex items-end gap-1.5">
          <NumberField label="Another one" min={0} max={365} unit="days" value={next} onChange={setNext} />
          <Button
            icon={<Plus aria-hidden className="size-3.5" />}
            disabled={next === undefined}
            onClick={() => {
              if (next !== undefined)
                set("alert_thresholds_days", [...new Set([...values.alert_thresholds_days, next])]);
              setNext(undefined);
            }}
          >
            Add
          </Button>
        </li>
      </ul>
      <table className="text-[12.5px]">
        <caption className="pb-1 text-left text-muted">Channels by severity; none ticked means mail.</caption>
        <thead>
          <tr>
            <td />
            {notificationChannelValues.map((channel) => (
              <th key={channel} scope="col" className="px-2 font-medium">
                {channel}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {alertSeverityValues.map((severity) => (
            <tr key={severity}>
              <th scope="row" className="pr-3 text-left font-medium">
                {words(severity)}
              </th>
              {notificationChannelValues.map((channel) => {
                const chosen = values.alert_channels[severity] ?? [];
                return (
                  <td key={channel} className="px-2 text-center">
                    <input
                      type="checkbox"
                      aria-label={`${words(severity)} by ${channel}`}
                      checked={chosen.includes(channel)}
                      onChange={(event) =>
                        set("alert_channels", {
                          ...values.alert_channels,
                          [severity]: event.target.checked
                            ? [...chosen, channel]
                            : chosen.filter((one) => one !== channel),
                        })
                      }
                    />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {(at("alert_thresholds_days") ?? at("alert_channels") ?? at("alert_severity_map")) && (
        <p role="alert" className="text-[12px] text-bad">
          {at("alert_thresholds_days") ?? at("alert_channels") ?? at("alert_severity_map")}
        </p>
      )}
    </fieldset>
  );
}

function Windows({ values, set, at }: FormContext<Values>) {
  return (
    <fieldset className="space-y-2 rounded-md border p-3">
      <legend className="px-1 text-[12.5px] font-medium">Maintenance windows</legend>
      <p className="text-[12px] text-muted">With windows, renewals and deployments begin only inside them.</p>
      <WindowsEditor
        value={values.maintenance_windows}
        onChange={(value) => set("maintenance_windows", value)}
      />
      {at("maintenance_windows") && (
        <p role="alert" className="text-[12px] text-bad">
          {at("maintenance_windows")}
        </p>
      )}
    </fieldset>
  );
}

function Freezes({ values, set, at }: FormContext<Values>) {
  const change = (index: number, freeze: FreezePeriod) =>
    set(
      "freeze_periods",
      values.freeze_periods.map((old, place) => (place === index ? freeze : old)),
    );
  const add = () => {
    const now = new Date();
    const later = new Date(now.getTime() + 7 * 86_400_000);
    set("freeze_periods", [
      ...values.freeze_periods,
      { from: now.toISOString(), until: later.toISOString(), reason: "" },
    ]);
  };
  return (
    <fieldset className="space-y-2 rounded-md border p-3">
      <legend className="px-1 text-[12.5px] font-medium">Freezes</legend>
      {values.freeze_periods.map((freeze, index) => (
        <div key={index} className="flex flex-wrap items-end gap-2 rounded-md bg-page p-2">
          <TextField
            label="From"
            type="datetime-local"
            value={toLocalInput(freeze.from)}
            onChange={(text) => change(index, { ...freeze, from: fromLocalInput(text) ?? freeze.from })}
          />
          <TextField
            label="Until"
            type="datetime-local"
            value={toLocalInput(freeze.until)}
            onChange={(text) => change(index, { ...freeze, until: fromLocalInput(text) ?? freeze.until })}
          />
          <TextField
            label="Reason"
            required
            className="flex-1"
            value={freeze.reason}
            onChange={(reason) => change(index, { ...freeze, reason })}
          />
          <IconButton
            label="Remove this freeze"
            icon={<Trash2 aria-hidden className="size-4" />}
            onClick={() =>
              set(
                "freeze_periods",
                values.freeze_periods.filter((_, place) => place !== index),
              )
            }
          />
        </div>
      ))}
      <Button small icon={<Plus aria-hidden className="size-3.5" />} onClick={add}>
        Add a freeze
      </Button>
      {at("freeze_periods") && (
        <p role="alert" className="text-[12px] text-bad">
          {at("freeze_periods")}
        </p>
      )}
    </fieldset>
  );
}
