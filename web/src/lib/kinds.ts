// Kinds of objects: where the API has them, where they are shown, what they are called.

import { keyOf, type ListPath } from "@/api/lists";
import type { ItemPath } from "@/api/objects";
import type { Permission } from "@/api/schema";
import { words } from "./words";

interface KindFacts {
  /** Where all of them are. */
  path: ListPath;
  /** Where they are shown. */
  page: string;
  /** What one is, in lower case. */
  noun: string;
  plural: string;
  /** What creating, changing and deleting one needs. */
  needs: Permission;
}

export const KINDS = {
  certificate: {
    path: "/api/v1/certificates",
    page: "/certificates",
    noun: "certificate",
    plural: "certificates",
    needs: "certificate.write",
  },
  owner: {
    path: "/api/v1/owners",
    page: "/owners",
    noun: "owner",
    plural: "owners",
    needs: "governance.write",
  },
  team: { path: "/api/v1/teams", page: "/teams", noun: "team", plural: "teams", needs: "governance.write" },
  issuer: {
    path: "/api/v1/issuers",
    page: "/issuers",
    noun: "issuer",
    plural: "issuers",
    needs: "issuer.write",
  },
  profile: {
    path: "/api/v1/profiles",
    page: "/profiles",
    noun: "profile",
    plural: "profiles",
    needs: "profile.write",
  },
  policy: {
    path: "/api/v1/policies",
    page: "/policies",
    noun: "rule",
    plural: "rules",
    needs: "policy.write",
  },
  renewal_policy: {
    path: "/api/v1/renewal-policies",
    page: "/renewal-policies",
    noun: "renewal policy",
    plural: "renewal policies",
    needs: "governance.write",
  },
  agent: { path: "/api/v1/agents", page: "/agents", noun: "agent", plural: "agents", needs: "agent.write" },
  agent_group: {
    path: "/api/v1/agent-groups",
    page: "/agent-groups",
    noun: "agent group",
    plural: "agent groups",
    needs: "governance.write",
  },
  target: {
    path: "/api/v1/targets",
    page: "/targets",
    noun: "target",
    plural: "targets",
    needs: "target.write",
  },
  channel: {
    path: "/api/v1/notification-channels",
    page: "/channels",
    noun: "channel",
    plural: "channels",
    needs: "channel.write",
  },
} as const satisfies Record<string, KindFacts>;

export type Kind = keyof typeof KINDS;
export type KindPath<K extends Kind> = (typeof KINDS)[K]["path"];
/** Kinds that people create, change and delete. */
export type ManagedKind = { [K in Kind]: `${KindPath<K>}/{id}` extends ItemPath ? K : never }[Kind];
export type KindItem<K extends ManagedKind> = Extract<ItemPath, `${KindPath<K>}/{id}`>;

/** Path of one object of a kind. */
export function itemPath<K extends ManagedKind>(kind: K): KindItem<K> {
  return `${KINDS[kind].path}/{id}` as KindItem<K>;
}

/** First part of the keys of its queries. */
export function kindKey(kind: Kind): string {
  return keyOf(KINDS[kind].path);
}

/** What all of a kind are called at the head of a page. */
export function titleOf(kind: Kind): string {
  return kind === "policy" ? "Compliance rules" : words(KINDS[kind].plural);
}
