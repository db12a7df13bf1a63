import type { RevocationReason } from "@/api/schema";

/** The reasons of RFC 5280 in words, and when each is meant. */
export const REASONS: Readonly<Record<RevocationReason, { label: string; when: string }>> = {
  unspecified: { label: "Unspecified", when: "Nothing else fits." },
  keyCompromise: {
    label: "Key compromise",
    when: "Somebody else has the private key, or may have it. The key is forbidden for ever.",
  },
  caCompromise: { label: "CA compromise", when: "Somebody else has the key of the CA, or may have it." },
  affiliationChanged: {
    label: "Affiliation changed",
    when: "The name or organisation that it states has changed.",
  },
  superseded: { label: "Superseded", when: "Another certificate has taken its place." },
  cessationOfOperation: { label: "Cessation of operation", when: "The service is gone." },
  certificateHold: {
    label: "On hold",
    when: "Suspended until somebody knows more. The only revocation that can be taken back.",
  },
  privilegeWithdrawn: { label: "Privilege withdrawn", when: "A right that it states was taken away." },
  aACompromise: {
    label: "Attribute authority compromise",
    when: "The key of an attribute authority is compromised.",
  },
};

/** A reason in words, also one that this console does not know yet. */
export function reasonText(reason: string): string {
  return (REASONS as Readonly<Record<string, { label: string } | undefined>>)[reason]?.label ?? reason;
}

/** Most likely ones first. */
const ORDER: readonly RevocationReason[] = [
  "superseded",
  "keyCompromise",
  "cessationOfOperation",
  "certificateHold",
  "affiliationChanged",
  "privilegeWithdrawn",
  "caCompromise",
  "aACompromise",
  "unspecified",
];

/**
 * Reasons that can be given now. What relying parties were told stays, but a hold may become final,
 * and everything may turn out to be a compromise of the key.
 */
export function reasonsAfter(before: string | null | undefined): readonly RevocationReason[] {
  switch (before) {
    case null:
    case undefined:
      return ORDER;
    case "certificateHold":
      return ORDER.filter((reason) => reason !== "certificateHold" && reason !== "unspecified");
    case "keyCompromise":
      return [];
    default:
      return ["keyCompromise"];
  }
}
