import { ResourceList } from "@/components/resource-list";
import { Empty } from "@/components/problem";
import { useCan } from "@/lib/session";
import { AUDIT_COLUMNS } from "./columns";

/** What happened to one object. */
export function AuditOf({ type, id }: { type: string; id: string }) {
  const can = useCan();
  if (!can("audit.read")) return <Empty title="Your role does not read the audit trail" />;
  return (
    <ResourceList
      path="/api/v1/audit"
      noun="event"
      columns={AUDIT_COLUMNS}
      fixed={{ resource_type: type, resource_id: id }}
      keep={["tab"]}
      rowLink={(one) => `/audit/${one.id}`}
      empty={<Empty title="Nothing is recorded" />}
    />
  );
}
