import { exact } from "@/lib/time";
import type { Parsed } from "@/lib/x509";

/** Each field of two certificates side by side, those that differ first. */
export function differences(a: Parsed, b: Parsed): [string, string, string][] {
  const both = (name: string, read: (one: Parsed) => string): [string, string, string] => [
    name,
    read(a),
    read(b),
  ];
  const rows = [
    both("Subject", (one) => one.subject),
    both("Issuer", (one) => one.issuer),
    both("Names", (one) => [...one.names].sort().join(", ")),
    both("Key", (one) => one.key),
    both("Signature", (one) => one.signature),
    both("Key usage", (one) => one.keyUsages.join(", ")),
    both("Extended key usage", (one) => one.extendedKeyUsages.join(", ")),
    both("OCSP", (one) => one.ocsp.join(", ")),
    both("Revocation lists", (one) => one.crl.join(", ")),
    both("Must-staple", (one) => (one.mustStaple ? "Yes" : "No")),
    both("Valid from", (one) => exact(one.notBefore)),
    both("Valid to", (one) => exact(one.notAfter)),
    both("Serial number", (one) => one.serial),
    both("SHA-256", (one) => one.sha256),
  ];
  return [...rows.filter(([, x, y]) => x !== y), ...rows.filter(([, x, y]) => x === y)];
}
