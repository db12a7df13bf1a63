import { Rocket } from "lucide-react";
import { api, call } from "@/api/client";
import type { Certificate, Deployment } from "@/api/schema";
import { Badge, StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { Code } from "@/components/copy";
import { Card, TextLink } from "@/components/page";
import { Empty, Problem } from "@/components/problem";
import { Ref } from "@/components/refs";
import { Table, type Column } from "@/components/table";
import { Time } from "@/components/time";
import { useToast } from "@/components/toast";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { useDeployments, useVersions } from "./queries";

/** For each target: what it should serve and what it does. */
export function Deployments({ certificate }: { certificate: Certificate }) {
  const deployments = useDeployments(certificate.id);
  const versions = useVersions(certificate.id);
  const can = useCan();
  const tell = useToast();
  const deploy = useChange(
    (targetId: string) =>
      call(
        api.POST("/api/v1/certificates/{id}/deploy", {
          params: { path: { id: certificate.id } },
          body: { target_id: targetId },
        }),
      ),
    [["certificates"], ["jobs"]],
    () => tell("The deployment is queued."),
  );
  if (deployments.isError)
    return <Problem error={deployments.error} onRetry={() => void deployments.refetch()} />;
  const all = versions.data?.data ?? [];
  const fingerprint = (id: string | null | undefined) => all.find((one) => one.id === id)?.fingerprint_sha256;
  const expected = (one: Deployment) =>
    all.find((version) => (version.agent_id ?? one.agent_id) === one.agent_id);
  const columns: readonly Column<Deployment>[] = [
    {
      id: "target",
      header: "Target",
      cell: (one) => <TextLink to={`/targets/${one.target_id}`}>{one.target_name}</TextLink>,
    },
    { id: "agent", header: "Agent", cell: (one) => <Ref of="agent" id={one.agent_id} /> },
    { id: "status", header: "Status", cell: (one) => <StatusBadge status={one.status} /> },
    {
      id: "match",
      header: "Served and expected",
      cell: (one) => {
        const wanted = expected(one);
        if (!wanted) return <span className="text-muted">Nothing was issued yet</span>;
        const served = fingerprint(one.deployed_version_id);
        if (served === wanted.fingerprint_sha256) {
          return (
            <span className="flex items-center gap-2">
              <Badge tone="ok">Same</Badge> <Code text={wanted.fingerprint_sha256} cut={12} />
            </span>
          );
        }
        return (
          <span className="flex flex-wrap items-center gap-x-2">
            <Badge tone="warn">Differs</Badge>
            <span className="text-[12px]">
              {served ? <Code text={served} cut={12} /> : "nothing"} instead of{" "}
              <Code text={wanted.fingerprint_sha256} cut={12} />
            </span>
          </span>
        );
      },
    },
    { id: "deployed", header: "Deployed", cell: (one) => <Time at={one.deployed_at} none="Never" /> },
    {
      id: "job",
      header: "Last job",
      cell: (one) =>
        one.last_job_id ? (
          <span>
            <TextLink to={`/jobs/${one.last_job_id}`}>Job</TextLink>
            {one.last_error && (
              <span className="block max-w-72 truncate text-[12px] text-bad" title={one.last_error}>
                {one.last_error}
              </span>
            )}
          </span>
        ) : (
          "—"
        ),
    },
    {
      id: "actions",
      header: "",
      align: "right",
      cell: (one) =>
        can("certificate.deploy") && (
          <Button
            small
            busy={deploy.isPending && deploy.variables === one.target_id}
            icon={<Rocket aria-hidden className="size-3.5" />}
            onClick={() => deploy.mutate(one.target_id)}
          >
            Deploy
          </Button>
        ),
    },
  ];
  return (
    <Card title="Targets" flush>
      {deploy.isError && (
        <div className="p-3">
          <Problem error={deploy.error} />
        </div>
      )}
      <Table
        label="Targets of the certificate"
        columns={columns}
        rows={deployments.data?.data ?? []}
        rowKey={(one) => one.target_id}
        isLoading={deployments.isPending}
        empty={
          <Empty title="It is mapped to no target">
            Without a target no agent makes its key. Edit the certificate to add one.
          </Empty>
        }
      />
    </Card>
  );
}
