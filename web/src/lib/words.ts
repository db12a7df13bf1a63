// Enum values of the API in words.

const KNOWN: Readonly<Record<string, string>> = {
  RenewalInProgress: "Renewing",
  AwaitingCSR: "Awaiting CSR",
  AwaitingApproval: "Awaiting approval",
  no_notifier: "Nobody to tell",
  GenericCA: "Local CA",
  rollback_failed: "Rollback failed",
  in_progress: "In progress",
  csr_accepted: "CSR accepted",
};

/** `RenewalFailure` → `Renewal failure`, `in_progress` → `In progress`. */
export function words(value: string): string {
  const known = KNOWN[value];
  if (known) return known;
  const parted = value
    .replace(/[_-]+/g, " ")
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return parted.slice(0, 1).toUpperCase() + parted.slice(1);
}

/** `1 agent`, `2 agents`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}
