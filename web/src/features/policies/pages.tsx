import { useState } from "react";
import { patchItem } from "@/api/objects";
import type { Row } from "@/api/lists";
import { StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { DeleteButton } from "@/components/delete-button";
import { ObjectPage } from "@/components/object-page";
import { Card, Fact, Facts, PageHeader, TextLink } from "@/components/page";
import { Empty, Problem } from "@/components/problem";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Tabs } from "@/components/tabs";
import { Time } from "@/components/time";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
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
  {
    id: "name",
    header: "Rule",
    fixed: true,
    csv: (one) => one.name,
    cell: (one) => <TextLink to={`/policies/${one.id}`}>{one.name}</TextLink>,
  },
  { id: "type", header: "Looks at", csv: (one) => one.type, cell: (one) => words(one.type) },
  { id: "config", header: "Wants", csv: (one) => one.config, cell: (one) => <Wanted rule={one} /> },
  {
    id: "severity",
    header: "Severity",
    csv: (one) => one.severity,
    cell: (one) => <StatusBadge status={one.severity} />,
  },
  {
    id: "enabled",
    header: "State",
    csv: (one) => one.enabled,
    cell: (one) => <StatusBadge status={one.enabled ? "Enabled" : "Disabled"} />,
  },
  {
    id: "created",
    header: "Created",
    csv: (one) => one.created_at,
    cell: (one) => <Time at={one.created_at} />,
  },
];

export function RuleList() {
  const can = useCan();
  const [isCreating, setCreating] = useState(false);
  const create = can("policy.write") && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      New rule
    </Button>
  );
  return (
    <>
      <PageHeader title="Compliance rules" actions={create} />
      <Tabs
        label="Rules and violations"
        tabs={[
          {
            id: "rules",
            label: "Rules",
            content: () => (
              <ResourceList
                path="/api/v1/policies"
                noun="rule"
                columns={COLUMNS}
                keep={["tab"]}
                rowLink={(one) => `/policies/${one.id}`}
                empty={<Empty title="No rules yet" action={create} />}
              />
            ),
          },
          { id: "violations", label: "Violations", content: () => <Violations /> },
        ]}
      />
      {isCreating && <RuleDialog onClose={() => setCreating(false)} />}
    </>
  );
}

export function RulePage() {
  const can = useCan();
  const [isEditing, setEditing] = useState(false);
  const toggle = useChange(
    (one: Rule) => patchItem("/api/v1/policies/{id}", one.id, { enabled: !one.enabled }),
    [["policies"], ["violations"]],
  );
  return (
    <ObjectPage
      path="/api/v1/policies/{id}"
      queryKey="policies"
      noun="Rule"
      crumb={{ to: "/policies", label: "Compliance rules" }}
      badges={(one) => <StatusBadge status={one.enabled ? "Enabled" : "Disabled"} />}
      actions={(one) =>
        can("policy.write") && (
          <>
            <Button busy={toggle.isPending} onClick={() => toggle.mutate(one)}>
              {one.enabled ? "Disable" : "Enable"}
            </Button>
            <Button onClick={() => setEditing(true)}>Edit</Button>
            <DeleteButton
              noun="rule"
              name={one.name}
              id={one.id}
              path="/api/v1/policies/{id}"
              queryKey="policies"
              to="/policies"
            >
              <p>Its violations go with it.</p>
            </DeleteButton>
          </>
        )
      }
    >
      {(one) => (
        <div className="space-y-4">
          {toggle.isError && <Problem error={toggle.error} />}
          <Card title="About">
            <Facts>
              <Fact name="Looks at">{words(one.type)}</Fact>
              <Fact name={WANTS[one.type].label}>
                <Wanted rule={one} />
              </Fact>
              <Fact name="Severity">
                <StatusBadge status={one.severity} />
              </Fact>
              <Fact name="Changed">
                <Time at={one.updated_at} />
              </Fact>
            </Facts>
          </Card>
          <Tabs
            label="Parts of the rule"
            tabs={[
              { id: "violations", label: "Violations", content: () => <Violations ruleId={one.id} /> },
              {
                id: "activity",
                label: "Activity",
                content: () => <AuditOf type="policy_rule" id={one.id} />,
              },
            ]}
          />
          {isEditing && <RuleDialog id={one.id} onClose={() => setEditing(false)} />}
        </div>
      )}
    </ObjectPage>
  );
}
