import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { api, call } from "@/api/client";
import type { Row } from "@/api/lists";
import { membershipTypeValues } from "@/api/schema";
import { StatusBadge } from "@/components/badge";
import { Button, IconButton } from "@/components/button";
import { nameColumn } from "@/components/columns";
import { Empty, Problem } from "@/components/problem";
import { ReferenceSelect } from "@/components/refs";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";

type Member = Row<"/api/v1/agent-groups/{id}/members">;

/** The agents of the group, and what was said by hand about single ones. */
export function Members({ id }: { id: string }) {
  const can = useCan();
  const isByHand = useSearchParams()[0].has("membership_type");
  const [agent, setAgent] = useState("");
  const [kind, setKind] = useState<(typeof membershipTypeValues)[number]>("include");
  const touches = [["agent-groups"]];
  const add = useChange(
    () =>
      call(
        api.PUT("/api/v1/agent-groups/{id}/members/{agent_id}", {
          params: { path: { id, agent_id: agent } },
          body: { membership_type: kind },
        }),
      ),
    touches,
    () => setAgent(""),
  );
  const remove = useChange(
    (agentId: string) =>
      call(
        api.DELETE("/api/v1/agent-groups/{id}/members/{agent_id}", {
          params: { path: { id, agent_id: agentId } },
        }),
      ),
    touches,
  );
  const columns: readonly Column<Member>[] = [
    nameColumn("Agent", "/agents"),
    {
      id: "status",
      header: "Status",
      csv: (one) => one.status,
      cell: (one) => <StatusBadge status={one.status} />,
    },
    { id: "hostname", header: "Host", csv: (one) => one.hostname, cell: (one) => one.hostname || "—" },
    {
      id: "platform",
      header: "Platform",
      csv: (one) => `${one.os} ${one.architecture}`,
      cell: (one) => [one.os, one.architecture].filter(Boolean).join(" · ") || "—",
    },
    { id: "address", header: "Address", csv: (one) => one.ip_address, cell: (one) => one.ip_address || "—" },
    {
      id: "remove",
      header: "",
      align: "right",
      // Only what was said by hand can be taken back.
      cell: (one) =>
        can("governance.write") &&
        isByHand && (
          <IconButton
            small
            label={`Take back what was said of ${one.name}`}
            icon={<Trash2 aria-hidden className="size-3.5" />}
            busy={remove.isPending && remove.variables === one.id}
            onClick={() => remove.mutate(one.id)}
          />
        ),
    },
  ];
  const failed = add.error ?? remove.error;
  return (
    <div className="space-y-2">
      {failed && <Problem error={failed} />}
      <ResourceList
        path="/api/v1/agent-groups/{id}/members"
        params={{ id }}
        noun="agent"
        filters={[
          {
            kind: "choice",
            name: "membership_type",
            label: "Members",
            values: membershipTypeValues,
            labels: { include: "Put in by hand", exclude: "Kept out by hand" },
          },
        ]}
        rowLink={(one) => `/agents/${one.id}`}
        columns={columns}
        toolbar={
          can("governance.write") && (
            <form
              className="mr-2 flex items-center gap-1.5"
              onSubmit={(event) => {
                event.preventDefault();
                add.mutate(undefined);
              }}
            >
              <label htmlFor="member-agent" className="sr-only">
                Agent
              </label>
              <ReferenceSelect
                id="member-agent"
                of="agent"
                value={agent}
                onChange={setAgent}
                any="An agent…"
                compact
              />
              <label htmlFor="member-kind" className="sr-only">
                How
              </label>
              <select
                id="member-kind"
                className="field w-auto"
                value={kind}
                onChange={(event) => setKind(event.target.value === "exclude" ? "exclude" : "include")}
              >
                <option value="include">put in</option>
                <option value="exclude">keep out</option>
              </select>
              <Button type="submit" disabled={agent === ""} busy={add.isPending}>
                Set
              </Button>
            </form>
          )
        }
        empty={<Empty title="No agents" />}
      />
    </div>
  );
}
