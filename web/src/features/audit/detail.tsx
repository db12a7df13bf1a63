import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { api, call } from "@/api/client";
import { Badge } from "@/components/badge";
import { Code, Snippet } from "@/components/copy";
import { Card, Fact, Facts, PageHeader, TextLink } from "@/components/page";
import { Problem, Skeleton } from "@/components/problem";
import { Time } from "@/components/time";
import { cx } from "@/lib/cx";
import { words } from "@/lib/words";
import { ObjectRef } from "./object-ref";

export function Component() {
  const { id = "" } = useParams();
  const event = useQuery({
    queryKey: ["audit", "one", id],
    queryFn: ({ signal }) => call(api.GET("/api/v1/audit/{id}", { params: { path: { id } }, signal })),
  });
  const crumbs = [{ to: "/audit", label: "Audit trail" }];
  if (event.isError) {
    return (
      <>
        <PageHeader title="Event" crumbs={crumbs} />
        <Problem error={event.error} onRetry={() => void event.refetch()} />
      </>
    );
  }
  if (!event.data) return <Skeleton lines={6} />;
  const one = event.data;
  const changes = changesOf(one.details);
  return (
    <>
      <PageHeader title={words(one.action)} crumbs={crumbs} subtitle={<Code text={one.id} />} />
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <Card title="Event">
          <Facts>
            <Fact name="When">
              <Time at={one.timestamp} as="exact" />
            </Fact>
            <Fact name="Who">
              {one.actor} <Badge>{one.actor_type}</Badge>
            </Fact>
            <Fact name="Object">
              {words(one.resource_type)} <ObjectRef type={one.resource_type} id={one.resource_id} alone />
            </Fact>
            <Fact name="From">{one.client_address ?? "—"}</Fact>
            <Fact name="Request">
              {one.request_id ? (
                <TextLink to={`/audit?request_id=${encodeURIComponent(one.request_id)}`}>
                  {one.request_id}
                </TextLink>
              ) : (
                "—"
              )}
            </Fact>
            <Fact name="Place in the chain">{one.sequence?.toLocaleString() ?? "Not sealed yet"}</Fact>
            <Fact name="Hash">{one.hash ? <Code text={one.hash} cut={32} /> : "—"}</Fact>
          </Facts>
        </Card>
        {changes.length > 0 && (
          <Card title="What changed" flush>
            <table className="w-full text-[13px]">
              <thead className="text-left text-[12px] text-muted">
                <tr>
                  {["Field", "Before", "After"].map((name) => (
                    <th key={name} scope="col" className="px-4 py-2 font-medium">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {changes.map((change) => (
                  <tr key={change.name} className="border-t align-top">
                    <td className="px-4 py-1.5 font-mono text-[12px]">{change.name}</td>
                    <td className={cx("px-4 py-1.5 break-all", "bg-bad-soft")}>{change.before}</td>
                    <td className={cx("px-4 py-1.5 break-all", "bg-ok-soft")}>{change.after}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Card>
        )}
        <Card title="Details" className="lg:col-span-2">
          <Snippet label="Details as JSON" text={JSON.stringify(one.details, null, 2)} />
        </Card>
      </div>
    </>
  );
}

interface FieldChange {
  name: string;
  before: string;
  after: string;
}

/** Before and after of each field, where the details tell both. */
export function changesOf(details: Readonly<Record<string, unknown>>): FieldChange[] {
  const { before, after, changes } = details;
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names
      .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
      .map((name) => ({ name, before: text(before[name]), after: text(after[name]) }));
  }
  if (isObject(changes)) {
    return Object.entries(changes).flatMap(([name, change]) =>
      isObject(change) && ("from" in change || "before" in change)
        ? [
            {
              name,
              before: text(change["from"] ?? change["before"]),
              after: text(change["to"] ?? change["after"]),
            },
          ]
        : [],
    );
  }
  return [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  if (value === undefined || value === null) return "—";
  return typeof value === "string" ? value : JSON.stringify(value);
}
