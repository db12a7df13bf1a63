import { Check, X } from "lucide-react";
import { useState } from "react";
import { approvalStateValues, type ApprovalRequest } from "@/api/schema";
import type { Row } from "@/api/lists";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { api, call } from "@/api/client";
import { StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { Code } from "@/components/copy";
import { Confirm } from "@/components/dialog";
import { TextArea } from "@/components/form";
import { Card, Fact, Facts, PageHeader, TextLink } from "@/components/page";
import { Empty, Problem, Skeleton } from "@/components/problem";
import { Ref } from "@/components/refs";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Time } from "@/components/time";
import { useToast } from "@/components/toast";
import { useChange } from "@/lib/queries";
import { useSession } from "@/lib/session";
import { words } from "@/lib/words";
import { AuditOf } from "../audit/of";
import { CertificateRef } from "../certificates/ref";

type Request = Row<"/api/v1/approvals">;

const COLUMNS: readonly Column<Request>[] = [
  {
    id: "certificate",
    header: "Request",
    fixed: true,
    csv: (one) => one.certificate_id,
    cell: (one) => (
      <TextLink to={`/approvals/${one.id}`}>{one.metadata["common_name"] ?? one.certificate_id}</TextLink>
    ),
  },
  {
    id: "state",
    header: "State",
    csv: (one) => one.state,
    cell: (one) => <StatusBadge status={one.state} />,
  },
  { id: "requested_by", header: "Asked by", csv: (one) => one.requested_by, cell: (one) => one.requested_by },
  {
    id: "profile",
    header: "Profile",
    csv: (one) => one.profile_id,
    cell: (one) => <Ref of="profile" id={one.profile_id} />,
  },
  {
    id: "created",
    header: "Asked",
    csv: (one) => one.created_at,
    cell: (one) => <Time at={one.created_at} />,
  },
  {
    id: "decided",
    header: "Decided",
    csv: (one) => one.decided_by,
    cell: (one) =>
      one.decided_by ? (
        <span>
          {one.decided_by} <Time at={one.decided_at} />
        </span>
      ) : (
        "—"
      ),
  },
  {
    id: "actions",
    header: "",
    align: "right",
    cell: (one) => (
      <span className="flex justify-end gap-1.5">
        <Decide request={one} small />
      </span>
    ),
  },
];

/** Approve or reject; who asked does not decide. */
export function Decide({ request, small = false }: { request: ApprovalRequest; small?: boolean }) {
  const { can, session } = useSession();
  const tell = useToast();
  const [open, setOpen] = useState<"approve" | "reject">();
  const [text, setText] = useState("");
  const touches = [["approvals"], ["jobs"], ["certificates"]];
  const params = { path: { id: request.id } };
  const done = (word: string) => () => {
    tell(`The request is ${word}.`);
    setOpen(undefined);
  };
  const approve = useChange(
    () => call(api.POST("/api/v1/approvals/{id}/approve", { params, body: { note: text || null } })),
    touches,
    done("approved"),
  );
  const reject = useChange(
    () => call(api.POST("/api/v1/approvals/{id}/reject", { params, body: { note: text || null } })),
    touches,
    done("rejected"),
  );
  if (request.state !== "pending" || !can("approval.decide")) return null;
  const own = request.requested_by === session.user || request.requested_by === session.identity;
  return (
    <>
      <Button
        small={small}
        icon={<Check aria-hidden className="size-3.5" />}
        disabled={own}
        title={own ? "Who asked does not decide: somebody else must" : undefined}
        onClick={() => setOpen("approve")}
      >
        Approve
      </Button>
      <Button
        small={small}
        variant="danger"
        icon={<X aria-hidden className="size-3.5" />}
        onClick={() => setOpen("reject")}
      >
        Reject
      </Button>
      {open && (
        <Confirm
          title={open === "approve" ? "Approve the issuance" : "Reject the issuance"}
          action={open === "approve" ? "Approve" : "Reject"}
          danger={open === "reject"}
          busy={approve.isPending || reject.isPending}
          error={approve.error ?? reject.error}
          disabled={open === "reject" && text.trim() === ""}
          onConfirm={() => (open === "approve" ? approve : reject).mutate(undefined)}
          onClose={() => setOpen(undefined)}
        >
          <p>
            <b>{request.requested_by}</b> asked for{" "}
            {request.metadata["common_name"] ?? request.certificate_id}.{" "}
            {open === "approve" ? "It is issued and deployed at once." : "Nothing is issued; the job ends."}
          </p>
          <TextArea
            label={open === "reject" ? "Reason" : "Note"}
            required={open === "reject"}
            value={text}
            onChange={setText}
          />
        </Confirm>
      )}
    </>
  );
}

export function ApprovalList() {
  return (
    <>
      <PageHeader
        title="Approvals"
        subtitle="Issuances that a profile lets happen only after a second person agreed."
      />
      <ResourceList
        path="/api/v1/approvals"
        noun="request"
        columns={COLUMNS}
        filters={[{ kind: "choice", name: "state", label: "State", values: approvalStateValues }]}
        rowLink={(one) => `/approvals/${one.id}`}
        empty={
          <Empty title="Nobody asked for anything">
            Profiles that demand an approval send their requests here.
          </Empty>
        }
      />
    </>
  );
}

export function ApprovalPage() {
  const { id = "" } = useParams();
  const request = useQuery({
    queryKey: ["approvals", "one", id],
    queryFn: ({ signal }) => call(api.GET("/api/v1/approvals/{id}", { params: { path: { id } }, signal })),
  });
  const crumbs = [{ to: "/approvals", label: "Approvals" }];
  if (request.isError) {
    return (
      <>
        <PageHeader title="Approval" crumbs={crumbs} />
        <Problem error={request.error} onRetry={() => void request.refetch()} />
      </>
    );
  }
  if (!request.data) return <Skeleton lines={6} />;
  const one = request.data;
  const name = one.metadata["common_name"] ?? one.certificate_id;
  return (
    <>
      <PageHeader
        title={`Approval of ${name}`}
        crumbs={crumbs}
        heading={
          <>
            {name} <StatusBadge status={one.state} />
          </>
        }
        subtitle={<Code text={one.id} />}
        actions={<Decide request={one} />}
      />
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <Card title="What is asked for">
          <Facts>
            <Fact name="Certificate">
              <CertificateRef id={one.certificate_id} />
            </Fact>
            {Object.entries(one.metadata).map(([key, value]) => (
              <Fact key={key} name={words(key.replace(/_id$/, ""))}>
                {key === "issuer_id" ? <Ref of="issuer" id={value} copy /> : value}
              </Fact>
            ))}
            <Fact name="Profile">
              <Ref of="profile" id={one.profile_id} copy />
            </Fact>
            <Fact name="Job">
              <TextLink to={`/jobs/${one.job_id}`}>{one.job_id}</TextLink>
            </Fact>
          </Facts>
        </Card>
        <Card title="Who">
          <Facts>
            <Fact name="Asked by">{one.requested_by}</Fact>
            <Fact name="Asked">
              <Time at={one.created_at} />
            </Fact>
            <Fact name="Decided by">{one.decided_by ?? "Nobody yet"}</Fact>
            <Fact name="Decided">
              <Time at={one.decided_at} />
            </Fact>
            {one.decision_note && <Fact name="Note">{one.decision_note}</Fact>}
          </Facts>
        </Card>
        <div className="lg:col-span-2">
          <AuditOf type="approval_request" id={one.id} />
        </div>
      </div>
    </>
  );
}
