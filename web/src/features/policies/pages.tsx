import type { Row } from "@/api/lists";
import { patchItem } from "@/api/objects";
import { StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { createdColumn, Enabled, enabledColumn, nameColumn, TimeFacts } from "@/components/columns";
import { Card, Fact, Facts } from "@/components/page";
import { Problem } from "@/components/problem";
import { ResourceListPage, ResourcePage } from "@/components/resource-pages";
import type { Column } from "@/components/table";
import { Tabs } from "@/components/tabs";
import { useChange } from "@/lib/queries";
import { words } from "@/lib/words";
import { AuditOf } from "../audit/of";
import { RuleDialog, WANTS } from "./form";
import { Violations } from "./violations";

type Rule = Row<"/api/v1/policies">;

function Wanted({ rule }: { rule: Rule }) {
  const wants = WANTS[rule.type];
  const value = (rule.config as Record<string, unknown>)[wants.name];
  const text = Array.isArray(value)
    ? value.join(", ")
    : typeof value === "number"
      ? value.toLocaleString()
      : "—";
  return (
    <span className="block max-w-80 truncate" title={text}>
      {wants.kind === "days" ? `${text} days` : text}
    </span>
  );
}

const COLUMNS: readonly Column<Rule>[] = [
  nameColumn("Rule", "/policies"),
  { id: "type", header: "Looks at", csv: (one) => one.type, cell: (one) => words(one.type) },
  { id: "config", header: "Wants", csv: (one) => one.config, cell: (one) => <Wanted rule={one} /> },
  {
    id: "severity",
    header: "Severity",
    csv: (one) => one.severity,
    cell: (one) => <StatusBadge status={one.severity} />,
  },
  enabledColumn(),
  createdColumn(),
];

export const RuleList = () => (
  <ResourceListPage
    kind="policy"
    columns={COLUMNS}
    Form={RuleDialog}
    keep={["tab"]}
    frame={(list) => (
      <Tabs
        label="Rules and violations"
        tabs={[
          { id: "rules", label: "Rules", content: () => list },
          { id: "violations", label: "Violations", content: () => <Violations /> },
        ]}
      />
    )}
  />
);

export const RulePage = () => (
  <ResourcePage
    kind="policy"
    Form={RuleDialog}
    badges={(one) => <Enabled one={one} />}
    actions={(one) => <Toggle rule={one} />}
    deletion={() => <p>Its violations go with it.</p>}
  >
    {(one) => (
      <div className="space-y-4">
        <Card title="About">
          <Facts>
            <Fact name="Looks at">{words(one.type)}</Fact>
            <Fact name={WANTS[one.type].label}>
              <Wanted rule={one} />
            </Fact>
            <Fact name="Severity">
              <StatusBadge status={one.severity} />
            </Fact>
            <TimeFacts one={one} />
          </Facts>
        </Card>
        <Tabs
          label="Parts of the rule"
          tabs={[
            { id: "violations", label: "Violations", content: () => <Violations ruleId={one.id} /> },
            { id: "activity", label: "Activity", content: () => <AuditOf type="policy_rule" id={one.id} /> },
          ]}
        />
      </div>
    )}
  </ResourcePage>
);

function Toggle({ rule }: { rule: Rule }) {
  const toggle = useChange(
    () => patchItem("/api/v1/policies/{id}", rule.id, { enabled: !rule.enabled }),
    [["policies"], ["violations"]],
  );
  return (
    <>
      {toggle.isError && <Problem error={toggle.error} />}
      <Button busy={toggle.isPending} onClick={() => toggle.mutate(undefined)}>
        {rule.enabled ? "Disable" : "Enable"}
      </Button>
    </>
  );
}
