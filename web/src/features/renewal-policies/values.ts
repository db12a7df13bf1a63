import type {
  AlertSeverity,
  FreezePeriod,
  MaintenanceWindow,
  RenewalPolicy,
  RenewalPolicyRequest,
} from "@/api/schema";

export interface Values {
  name: string;
  renewal_window_days: number;
  renewal_window_fraction: number | null;
  auto_renew: boolean;
  max_retries: number;
  retry_interval_seconds: number;
  alert_thresholds_days: number[];
  alert_channels: Partial<Record<AlertSeverity, string[]>>;
  alert_severity_map: Record<string, AlertSeverity>;
  maintenance_windows: MaintenanceWindow[];
  freeze_periods: FreezePeriod[];
  override_before_expiry: boolean;
  agent_group_id: string;
}

export const FRESH: Values = {
  name: "",
  renewal_window_days: 30,
  renewal_window_fraction: null,
  auto_renew: true,
  max_retries: 3,
  retry_interval_seconds: 60,
  alert_thresholds_days: [30, 14, 7, 0],
  alert_channels: {},
  alert_severity_map: {},
  maintenance_windows: [],
  freeze_periods: [],
  override_before_expiry: true,
  agent_group_id: "",
};

export function read(one: RenewalPolicy): Values {
  const { id: _, created_at: __, updated_at: ___, ...values } = one;
  return {
    ...values,
    renewal_window_fraction: values.renewal_window_fraction ?? null,
    alert_channels: values.alert_channels,
    alert_severity_map: values.alert_severity_map,
    maintenance_windows: values.maintenance_windows ?? [],
    freeze_periods: values.freeze_periods ?? [],
    override_before_expiry: values.override_before_expiry ?? false,
    agent_group_id: values.agent_group_id ?? "",
  };
}

export function write(values: Values): RenewalPolicyRequest {
  const thresholds = [...new Set(values.alert_thresholds_days)].sort((a, b) => b - a);
  const severities = Object.entries(values.alert_severity_map).filter(([days]) =>
    thresholds.includes(Number(days)),
  );
  return {
    ...values,
    alert_thresholds_days: thresholds,
    alert_severity_map: Object.fromEntries(severities),
    alert_channels: values.alert_channels,
    agent_group_id: values.agent_group_id || null,
  };
}

/** When a leaf of some days is renewed and told about under the policy, in words. */
export function effect(
  values: Pick<Values, "renewal_window_days" | "renewal_window_fraction">,
  lifetimeDays: number,
): number {
  return values.renewal_window_fraction !== null
    ? values.renewal_window_fraction * lifetimeDays
    : Math.min(values.renewal_window_days, lifetimeDays / 3);
}
