import { useParams } from "react-router";
import { useItem } from "@/api/objects";
import { Badge, StatusBadge } from "@/components/badge";
import { Code } from "@/components/copy";
import { Card, Fact, Facts, PageHeader, TextLink } from "@/components/page";
import { Problem, Skeleton } from "@/components/problem";
import { Ref } from "@/components/refs";
import { Tabs } from "@/components/tabs";
import { Expiry, Time } from "@/components/time";
import type { Certificate } from "@/api/schema";
import { AuditOf } from "../audit/of";
import { JobsOf } from "../jobs/of";
import { NotificationsOf } from "../notifications/of";
import { RevocationOf, RevokedBanner } from "../revocation/of";
import { Actions } from "./actions";
import { Anatomy } from "./anatomy";
import { Deployments } from "./deployments";
import { Explain } from "./explain";
import { Versions } from "./versions";

export function Component() {
  const { id = "" } = useParams();
  const certificate = useItem("certificates", "/api/v1/certificates/{id}", id);
  if (certificate.isError) {
    return (
      <>
        <PageHeader title="Certificate" crumbs={[{ to: "/certificates", label: "Certificates" }]} />
        <Problem error={certificate.error} onRetry={() => void certificate.refetch()} />
      </>
    );
  }
  if (!certificate.data) return <Skeleton lines={8} />;
  const one = certificate.data;
  return (
    <>
      <PageHeader
        title={one.common_name}
        crumbs={[{ to: "/certificates", label: "Certificates" }]}
        heading={
          <>
            <span className="break-all">{one.common_name}</span>
            <StatusBadge status={one.status} />
            {one.paused_at && <Badge tone="warn">Renewal paused</Badge>}
          </>
        }
        subtitle={
          <span className="flex flex-wrap items-center gap-x-3">
            <span>{one.name}</span>
            <Code text={one.id} />
          </span>
        }
        actions={<Actions certificate={one} />}
      />
      {one.paused_at && (
        <p className="mb-4 rounded-md border border-warn/30 bg-warn-soft px-3 py-2 text-[13px]">
          Automatic renewal was paused <Time at={one.paused_at} />: {one.pause_reason}
        </p>
      )}
      <RevokedBanner certificate={one} />
      <Tabs
        label="Parts of the certificate"
        tabs={[
          { id: "overview", label: "Overview", content: () => <Overview certificate={one} /> },
          { id: "certificate", label: "Certificate", content: () => <Anatomy id={one.id} /> },
          { id: "versions", label: "Versions", content: () => <Versions certificate={one} /> },
          { id: "deployments", label: "Deployments", content: () => <Deployments certificate={one} /> },
          { id: "revocation", label: "Revocation", content: () => <RevocationOf certificate={one} /> },
          { id: "jobs", label: "Jobs", content: () => <JobsOf filter={{ certificate_id: one.id }} /> },
          {
            id: "notifications",
            label: "Notifications",
            content: () => <NotificationsOf certificateId={one.id} />,
          },
          { id: "activity", label: "Activity", content: () => <AuditOf type="certificate" id={one.id} /> },
        ]}
      />
    </>
  );
}

function Overview({ certificate: one }: { certificate: Certificate }) {
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
      <Card title="What happens next">
        <Explain id={one.id} />
      </Card>
      <Card title="Inventory">
        <Facts>
          <Fact name="Names">
            <ul className="space-y-0.5">
              {one.sans.map((san) => (
                <li key={san} className="font-mono text-[12.5px] break-all">
                  {san}
                </li>
              ))}
            </ul>
          </Fact>
          <Fact name="Ends">
            <Expiry at={one.expires_at} />
          </Fact>
          <Fact name="Next renewal">
            <Time at={one.next_renewal_at} none="Not planned" />
          </Fact>
          <Fact name="Last renewal">
            <Time at={one.last_renewal_at} none="Never" />
          </Fact>
          <Fact name="Last deployment">
            <Time at={one.last_deployment_at} none="Never" />
          </Fact>
          <Fact name="Owner">
            <Ref of="owner" id={one.owner_id} copy />
          </Fact>
          <Fact name="Team">
            <Ref of="team" id={one.team_id} copy />
          </Fact>
          <Fact name="Issuer">
            <Ref of="issuer" id={one.issuer_id} copy />
          </Fact>
          <Fact name="Profile">
            <Ref of="profile" id={one.certificate_profile_id} copy />
          </Fact>
          <Fact name="Renewal policy">
            <Ref of="renewal_policy" id={one.renewal_policy_id} copy />
          </Fact>
          <Fact name="Environment">
            {one.environment ? (
              <TextLink to={`/certificates?environment=${encodeURIComponent(one.environment)}`}>
                {one.environment}
              </TextLink>
            ) : (
              "—"
            )}
          </Fact>
          <Fact name="Tags">
            {Object.keys(one.tags).length === 0 ? (
              "—"
            ) : (
              <span className="flex flex-wrap gap-1">
                {Object.entries(one.tags).map(([name, value]) => (
                  <TextLink
                    key={name}
                    to={`/certificates?tag.${encodeURIComponent(name)}=${encodeURIComponent(value)}`}
                  >
                    <Badge>
                      {name}={value}
                    </Badge>
                  </TextLink>
                ))}
              </span>
            )}
          </Fact>
          <Fact name="Created">
            <Time at={one.created_at} />
            {one.source && <span className="text-muted"> through {one.source}</span>}
          </Fact>
          <Fact name="Changed">
            <Time at={one.updated_at} />
          </Fact>
        </Facts>
      </Card>
    </div>
  );
}
