import type { Row } from "@/api/lists";
import { Badge } from "@/components/badge";
import { LinkFact, nameColumn, TimeFacts } from "@/components/columns";
import { Card, Fact, Facts, TextLink } from "@/components/page";
import { Ref } from "@/components/refs";
import { ResourceListPage, ResourcePage } from "@/components/resource-pages";
import type { Column } from "@/components/table";
import { duration, exact } from "@/lib/time";
import { words } from "@/lib/words";
import { AuditOf } from "../audit/of";
import { PolicyDialog } from "./form";

type Policy = Row<"/api/v1/renewal-policies">;

function windowText(one: Policy): string {
  return one.renewal_window_fraction
    ? `the last ${Math.round(one.renewal_window_fraction * 100)} % of the lifetime`
    : `${one.renewal_window_days} days before the end`;
}

const COLUMNS: readonly Column<Policy>[] = [
  nameColumn("Policy", "/renewal-policies"),
  { id: "window", header: "Renews in", csv: windowText, cell: windowText },
  {
    id: "auto",
    header: "By itself",
    csv: (one) => one.auto_renew,
    cell: (one) => (one.auto_renew ? <Badge tone="ok">Yes</Badge> : <Badge tone="warn">No</Badge>),
  },
  {
    id: "retries",
    header: "Retries",
    csv: (one) => one.max_retries,
    cell: (one) => `${one.max_retries}, every ${duration(one.retry_interval_seconds * 1_000)}`,
  },
  {
    id: "alerts",
    header: "Alerts",
    csv: (one) => one.alert_thresholds_days.join(", "),
    cell: (one) => `${one.alert_thresholds_days.join(", ")} days`,
  },
  {
    id: "limits",
    header: "Windows and freezes",
    csv: (one) => `${one.maintenance_windows?.length ?? 0}, ${one.freeze_periods?.length ?? 0}`,
    cell: (one) =>
      [
        (one.maintenance_windows?.length ?? 0) > 0 && `${one.maintenance_windows?.length ?? 0} windows`,
        (one.freeze_periods?.length ?? 0) > 0 && `${one.freeze_periods?.length ?? 0} freezes`,
      ]
        .filter(Boolean)
        .join(", ") || "—",
  },
  {
    id: "group",
    header: "Limited to",
    csv: (one) => one.agent_group_id,
    cell: (one) => <Ref of="agent_group" id={one.agent_group_id} />,
  },
];

export const RenewalPolicyList = () => (
  <ResourceListPage kind="renewal_policy" columns={COLUMNS} Form={PolicyDialog} />
);

export const RenewalPolicyPage = () => (
  <ResourcePage
    kind="renewal_policy"
    Form={PolicyDialog}
    deletion={(one) => (
      <p>
        Certificates that follow it must follow another one first:{" "}
        <TextLink to={`/certificates?renewal_policy_id=${one.id}`}>show them</TextLink>.
      </p>
    )}
  >
    {(one) => (
      <div className="space-y-4">
        <Card title="What it says">
          <Facts>
            <Fact name="Renews">
              {one.auto_renew ? "By itself" : "When somebody asks"}, in {windowText(one)}
            </Fact>
            <Fact name="Retries">
              {one.max_retries}, every {duration(one.retry_interval_seconds * 1_000)}
            </Fact>
            <Fact name="Limited to">
              <Ref of="agent_group" id={one.agent_group_id} copy />
            </Fact>
            <Fact name="Alerts">
              {one.alert_thresholds_days.map((days) => (
                <Badge key={days}>
                  {days} d {(one.alert_severity_map as Record<string, string>)[String(days)]}
                </Badge>
              ))}
            </Fact>
            <Fact name="Channels">
              {Object.entries(one.alert_channels).map(([severity, channels]) => (
                <div key={severity}>
                  {words(severity)}: {channels.join(", ") || "nobody"}
                </div>
              ))}
              {Object.keys(one.alert_channels).length === 0 && "Mail"}
            </Fact>
            <Fact name="Windows">
              {(one.maintenance_windows ?? []).map((window) => (
                <div key={JSON.stringify(window)}>
                  {window.days.map(words).join(", ")} {window.start}–{window.end} {window.timezone}
                </div>
              ))}
              {(one.maintenance_windows ?? []).length === 0 && "Any time"}
            </Fact>
            <Fact name="Freezes">
              {(one.freeze_periods ?? []).map((freeze) => (
                <div key={freeze.from}>
                  {exact(freeze.from)} to {exact(freeze.until)}: {freeze.reason}
                </div>
              ))}
              {(one.freeze_periods ?? []).length === 0 && "None"}
            </Fact>
            <Fact name="Before an expiry">
              {one.override_before_expiry
                ? "Windows and freezes are passed over"
                : "Windows and freezes hold"}
            </Fact>
            <LinkFact name="Certificates" to={`/certificates?renewal_policy_id=${one.id}`} />
            <TimeFacts one={one} />
          </Facts>
        </Card>
        <AuditOf type="renewal_policy" id={one.id} />
      </div>
    )}
  </ResourcePage>
);
