import type { Row } from "@/api/lists";
import { Badge } from "@/components/badge";
import { TextLink } from "@/components/page";
import type { Column } from "@/components/table";
import { Time } from "@/components/time";
import { words } from "@/lib/words";
import { ObjectRef } from "./object-ref";

export type AuditEvent = Row<"/api/v1/audit">;

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
    cell: (one) => (
      <span className="block max-w-72 truncate">
        <span className="text-muted">{words(one.resource_type)} </span>
        <span className="underline decoration-line-strong underline-offset-2">
          <ObjectRef type={one.resource_type} id={one.resource_id} />
        </span>
      </span>
    ),
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
