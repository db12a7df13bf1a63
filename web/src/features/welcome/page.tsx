import { Check } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useNavigate } from "react-router";
import { usePage } from "@/api/lists";
import { StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { Card, PageHeader, TextLink } from "@/components/page";
import { Problem, Skeleton } from "@/components/problem";
import { useStored } from "@/lib/stored";
import { Expiry } from "@/components/time";
import { EnrolSteps } from "../agents/enrol";
import { CertificateDialog } from "../certificates/form";
import { useDeployments } from "../certificates/queries";
import { TestCard } from "../issuers/pages";
import { TargetDialog } from "../targets/pages";
import { cx } from "@/lib/cx";

const STEPS = ["Issuer", "Agent", "Target", "Certificate", "Served"] as const;

/** From an empty installation to a certificate that is proved to be served. */
export function Component() {
  const [step, setStep] = useState(0);
  const [, setDismissed] = useStored("welcome.dismissed", false);
  const [agentId, setAgentId] = useState("");
  const [targetId, setTargetId] = useState("");
  const [certificateId, setCertificateId] = useState("");
  const navigate = useNavigate();
  const next = () => setStep((current) => current + 1);
  const leave = () => {
    setDismissed(true);
    void navigate("/?welcome=no");
  };
  const bodies: readonly ReactNode[] = [
    <ChooseIssuer key="issuer" onNext={next} />,
    <EnrolAgent key="agent" agentId={agentId} onAgent={setAgentId} onNext={next} />,
    <MakeTarget key="target" agentId={agentId} targetId={targetId} onTarget={setTargetId} onNext={next} />,
    <MakeCertificate
      key="certificate"
      targetId={targetId}
      onCertificate={(id) => {
        setCertificateId(id);
        next();
      }}
    />,
    <WatchServed key="served" certificateId={certificateId} onDone={leave} />,
  ];
  return (
    <>
      <PageHeader
        title="Your first certificate"
        subtitle="Five steps from here to a certificate that renews itself."
        actions={<Button onClick={leave}>Leave the guide</Button>}
      />
      <ol className="mb-5 flex flex-wrap gap-2" aria-label="Steps">
        {STEPS.map((name, index) => (
          <li
            key={name}
            aria-current={index === step ? "step" : undefined}
            className={cx(
              "flex items-center gap-2 rounded-full border py-1 pr-3 pl-1 text-[13px]",
              index === step ? "border-brand bg-brand-soft font-medium" : "bg-surface text-muted",
            )}
          >
            <span
              className={cx(
                "grid size-5.5 place-items-center rounded-full text-[11.5px]",
                index < step
                  ? "bg-ok-soft text-ok"
                  : index === step
                    ? "bg-brand text-on-brand"
                    : "bg-neutral-soft",
              )}
            >
              {index < step ? <Check aria-label="done" className="size-3.5" /> : index + 1}
            </span>
            {name}
          </li>
        ))}
      </ol>
      <div className="max-w-3xl">{bodies[step]}</div>
    </>
  );
}

function ChooseIssuer({ onNext }: { onNext: () => void }) {
  const issuers = usePage("/api/v1/issuers", { enabled: true, per_page: 10 });
  if (issuers.isError) return <Problem error={issuers.error} onRetry={() => void issuers.refetch()} />;
  if (!issuers.data) return <Skeleton lines={4} />;
  const first = issuers.data.data.at(-1);
  return (
    <div className="space-y-4">
      <Card title="Who issues">
        <div className="space-y-3 text-[13px]">
          {first ? (
            <p>
              certctl has a certificate authority of its own,{" "}
              <TextLink to={`/issuers/${first.id}`}>{first.name}</TextLink>. It is good for a first
              certificate and for internal names. Others can be added under{" "}
              <TextLink to="/issuers">Issuers</TextLink>.
            </p>
          ) : (
            <p>
              No issuer is enabled. Make one under <TextLink to="/issuers">Issuers</TextLink>.
            </p>
          )}
        </div>
      </Card>
      {first && <TestCard issuer={first} />}
      <Button variant="primary" disabled={!first} onClick={onNext}>
        Go on with {first?.name ?? "an issuer"}
      </Button>
    </div>
  );
}

function EnrolAgent(props: { agentId: string; onAgent: (id: string) => void; onNext: () => void }) {
  const agents = usePage("/api/v1/agents", { per_page: 20 });
  const online = (agents.data?.data ?? []).filter((one) => one.status === "Online");
  return (
    <div className="space-y-4">
      <Card title="Enrol an agent on the host of your server">
        <EnrolSteps onSeen={props.onAgent} />
      </Card>
      {online.length > 0 && (
        <Card title="Or take one that is there">
          <ul className="space-y-1 text-[13px]">
            {online.map((one) => (
              <li key={one.id}>
                <label className="flex items-center gap-2">
                  <input
                    type="radio"
                    name="agent"
                    checked={props.agentId === one.id}
                    onChange={() => props.onAgent(one.id)}
                  />
                  {one.name} <span className="text-muted">{one.hostname}</span>{" "}
                  <StatusBadge status={one.status} />
                </label>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Button variant="primary" disabled={props.agentId === ""} onClick={props.onNext}>
        Go on
      </Button>
    </div>
  );
}

function MakeTarget(props: {
  agentId: string;
  targetId: string;
  onTarget: (id: string) => void;
  onNext: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const targets = usePage("/api/v1/targets", { agent_id: props.agentId, per_page: 20 });
  return (
    <div className="space-y-4">
      <Card title="Where the certificate goes">
        <div className="space-y-3 text-[13px]">
          <p>A target says which files of the host are written, and how the server there takes them up.</p>
          {(targets.data?.data ?? []).map((one) => (
            <label key={one.id} className="flex items-center gap-2">
              <input
                type="radio"
                name="target"
                checked={props.targetId === one.id}
                onChange={() => props.onTarget(one.id)}
              />
              {one.name} <span className="text-muted">{one.type}</span>
            </label>
          ))}
          <Button onClick={() => setOpen(true)}>Describe a target</Button>
        </div>
      </Card>
      <Button variant="primary" disabled={props.targetId === ""} onClick={props.onNext}>
        Go on
      </Button>
      {isOpen && (
        <TargetDialog
          preset={{ agent_id: props.agentId }}
          onClose={() => setOpen(false)}
          onDone={(one) => props.onTarget(one.id)}
        />
      )}
    </div>
  );
}

function MakeCertificate({
  targetId,
  onCertificate,
}: {
  targetId: string;
  onCertificate: (id: string) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Card title="What it is for">
      <div className="space-y-3 text-[13px]">
        <p>Its names, whose it is, and which policy renews it. It is issued as soon as it is created.</p>
        <Button variant="primary" onClick={() => setOpen(true)}>
          Create the certificate
        </Button>
        {isOpen && (
          <CertificateDialog
            preset={{ target_ids: [targetId] }}
            onClose={() => setOpen(false)}
            onDone={(one) => onCertificate(one.id)}
          />
        )}
      </div>
    </Card>
  );
}

function WatchServed({ certificateId, onDone }: { certificateId: string; onDone: () => void }) {
  const deployments = useDeployments(certificateId);
  const jobs = usePage("/api/v1/jobs", { certificate_id: certificateId, per_page: 10 });
  const certificate = usePage("/api/v1/certificates", { per_page: 20 });
  const one = certificate.data?.data.find((row) => row.id === certificateId);
  const isServed = (deployments.data?.data ?? []).some(
    (row) => row.status === "served" || row.status === "deployed",
  );
  return (
    <Card title={isServed ? "It is served" : "Watching it being issued and served"}>
      <div className="space-y-3 text-[13px]" role="status">
        <ul className="space-y-1.5">
          {[...(jobs.data?.data ?? [])].reverse().map((job) => (
            <li key={job.id} className="flex items-center gap-2">
              <TextLink to={`/jobs/${job.id}`}>{job.type}</TextLink>
              <StatusBadge status={job.status} />
              {job.last_error && <span className="text-bad">{job.last_error}</span>}
            </li>
          ))}
        </ul>
        {isServed && (
          <>
            <p>
              The endpoint showed the new certificate, and the server compared it with the one it issued. It
              ends <Expiry at={one?.expires_at} /> and is renewed by itself before.
            </p>
            <p>
              <TextLink to={`/certificates/${certificateId}`}>Look at it</TextLink>
            </p>
            <Button variant="primary" onClick={onDone}>
              To the dashboard
            </Button>
          </>
        )}
      </div>
    </Card>
  );
}
