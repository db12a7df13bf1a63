import { TextLink } from "@/components/page";
import { Ref, type RefKind } from "@/components/refs";
import { CertificateRef } from "../certificates/ref";

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

/** Kinds whose names are known, by what the trail calls them. */
const NAMED: Readonly<Record<string, RefKind>> = {
  agent: "agent",
  agent_group: "agent_group",
  target: "target",
  issuer: "issuer",
  notification_channel: "channel",
  owner: "owner",
  team: "team",
  profile: "profile",
  certificate_profile: "profile",
  renewal_policy: "renewal_policy",
  policy: "policy",
  policy_rule: "policy",
};

/**
 * What a record is about: its name where one is known, else its id; linked where it has a page. The
 * only one on a page (`alone`) is worth a question of its own.
 */
export function ObjectRef({ type, id, alone }: { type: string; id: string; alone?: boolean }) {
  if (alone && type === "certificate") return <CertificateRef id={id} />;
  const kind = NAMED[type];
  if (kind && id) return <Ref of={kind} id={id} copy={alone} />;
  const page = objectPage(type, id);
  if (page)
    return (
      <TextLink to={page} title={id}>
        {id}
      </TextLink>
    );
  return id ? <span title={id}>{id}</span> : <>—</>;
}
