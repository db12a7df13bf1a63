import type { Row } from "@/api/lists";
import { Badge } from "@/components/badge";
import { TextLink } from "@/components/page";
import type { Column } from "@/components/table";
import { Time } from "@/components/time";
import { words } from "@/lib/words";

export type AuditEvent = Row<"/api/v1/audit">;

/** Where an object of the trail is shown; some have no page. */
export function objectPage(type: string, id: string): string | undefined {
  const pages: Readonly<Record<string, string>> = {
    certificate: "/certificates",
    agent: "/agents",
    agent_group: "/agent-groups",
    job: "/jobs",
    target: "/targets",
    issuer: "/issuers",
    notification: "/notifications",
    notification_channel: "/channels",
    owner: "/owners",
    team: "/teams",
    profile: "/profiles",
    certificate_profile: "/profiles",
    renewal_policy: "/renewal-policies",
    policy: "/policies",
    policy_rule: "/policies",
    approval: "/approvals",
    approval_request: "/approvals",
    operation: "/operations",
  };
  const page = pages[type];
  return page && id ? `${page}/${id}` : undefined;
}

export const AUDIT_COLUMNS: readonly Column<AuditEvent>[] = [
  {
    id: "action",
    header: "What",
    fixed: true,
    csv: (one) => one.action,
    cell: (one) => (
      <TextLink to={`/audit/${one.id}`} title={one.action}>
        {words(one.action)}
      </TextLink>
    ),
  },
  {
    id: "actor",
    header: "Who",
    csv: (one) => one.actor,
    cell: (one) => (
      <span className="flex items-center gap-1.5">
        <span className="max-w-48 truncate" title={one.actor}>
          {one.actor}
        </span>
        {one.actor_type !== "User" && <Badge>{one.actor_type}</Badge>}
      </span>
    ),
  },
  {
    id: "object",
    header: "Object",
    csv: (one) => `${one.resource_type} ${one.resource_id}`,
    cell: (one) => {
      const page = objectPage(one.resource_type, one.resource_id);
      return (
        <span className="block max-w-72 truncate">
          <span className="text-muted">{words(one.resource_type)} </span>
          {page ? (
            <span className="underline decoration-line-strong underline-offset-2">
              <TextLink to={page}>{one.resource_id}</TextLink>
            </span>
          ) : (
            one.resource_id
          )}
        </span>
      );
    },
  },
  {
    id: "details",
    header: "Details",
    csv: (one) => one.details,
    cell: (one) => {
      const text = JSON.stringify(one.details);
      return (
        <code className="block max-w-80 truncate font-mono text-[11.5px] text-muted" title={text}>
          {text === "{}" ? "" : text}
        </code>
      );
    },
  },
  {
    id: "request",
    header: "Request",
    hidden: true,
    csv: (one) => one.request_id,
    cell: (one) => one.request_id ?? "—",
  },
  {
    id: "address",
    header: "Address",
    hidden: true,
    csv: (one) => one.client_address,
    cell: (one) => one.client_address ?? "—",
  },
  {
    id: "sequence",
    header: "Number",
    hidden: true,
    align: "right",
    csv: (one) => one.sequence,
    cell: (one) => one.sequence?.toLocaleString() ?? "Not sealed yet",
  },
  { id: "time", header: "When", csv: (one) => one.timestamp, cell: (one) => <Time at={one.timestamp} /> },
];
