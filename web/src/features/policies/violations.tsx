import { policySeverityValues } from "@/api/schema";
import type { Row } from "@/api/lists";
import { StatusBadge } from "@/components/badge";
import { TextLink } from "@/components/page";
import { Empty } from "@/components/problem";
import { Ref } from "@/components/refs";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Time } from "@/components/time";

const VIOLATION_COLUMNS: readonly Column<Row<"/api/v1/violations">>[] = [
  {
    id: "certificate",
    header: "Certificate",
    fixed: true,
    csv: (one) => one.certificate_id,
    cell: (one) => <TextLink to={`/certificates/${one.certificate_id}`}>{one.certificate_id}</TextLink>,
  },
  {
    id: "rule",
    header: "Rule",
    csv: (one) => one.rule_id,
    cell: (one) => <Ref of="policy" id={one.rule_id} />,
  },
  {
    id: "severity",
    header: "Severity",
    csv: (one) => one.severity,
    cell: (one) => <StatusBadge status={one.severity} />,
  },
  {
    id: "message",
    header: "What is wrong",
    csv: (one) => one.message,
    cell: (one) => (
      <span className="block max-w-96 truncate" title={one.message}>
        {one.message}
      </span>
    ),
  },
  {
    id: "state",
    header: "State",
    csv: (one) => (one.resolved_at ? "resolved" : "open"),
    cell: (one) => <StatusBadge status={one.resolved_at ? "resolved" : "open"} />,
  },
  { id: "since", header: "Since", csv: (one) => one.created_at, cell: (one) => <Time at={one.created_at} /> },
  {
    id: "resolved",
    header: "Resolved",
    hidden: true,
    csv: (one) => one.resolved_at,
    cell: (one) => <Time at={one.resolved_at} />,
  },
];

/** What broke a rule, or all of them. */
export function Violations({ ruleId }: { ruleId?: string }) {
  return (
    <ResourceList
      path="/api/v1/violations"
      noun="violation"
      columns={VIOLATION_COLUMNS}
      keep={["tab"]}
      fixed={ruleId ? { rule_id: ruleId } : {}}
      filters={[
        {
          kind: "choice",
          name: "open",
          label: "State",
          values: ["true", "false"],
          labels: { true: "Open", false: "Resolved" },
        },
        ...(ruleId
          ? []
          : ([
              { kind: "choice", name: "severity", label: "Severity", values: policySeverityValues },
              { kind: "reference", name: "rule_id", label: "Rule", of: "policy" },
            ] as const)),
      ]}
      empty={<Empty title="No rule was broken" />}
    />
  );
}
