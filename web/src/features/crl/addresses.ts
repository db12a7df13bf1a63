import type { Crl, IssuerCrls } from "@/api/schema";
import { count } from "@/lib/words";

/** Whether an issuer is a CA of certctl; CAs outside publish CRLs and answer OCSP by themselves. */
export function publishesCrls(type: string): boolean {
  return type === "GenericCA";
}

/** One address of an issuer for relying parties. */
export interface Address {
  name: string;
  url: string;
}

/**
 * Where relying parties look. Without `CERTCTL_PKI_BASE_URL` certificates name no address, and only
 * this server's own remain.
 */
export function addressesOf(one: IssuerCrls, origin = location.origin): Address[] {
  const own = `${origin}/.well-known/pki`;
  const root = one.url?.replace(/\/crl\/[^/]*$/, "") ?? own;
  const id = encodeURIComponent(one.issuer_id);
  return [
    { name: "CRL", url: one.url ?? `${own}/crl/${id}` },
    { name: "OCSP", url: `${root}/ocsp/${id}` },
    { name: "CA certificate", url: `${root}/ca/${id}.cer` },
  ];
}

/** The same CRL from this server, as a file. */
export function fileOf(issuerId: string, form: "crl" | "pem"): string {
  return `/.well-known/pki/crl/${encodeURIComponent(issuerId)}.${form}`;
}

/** The undivided CRL of the CA that issues now. */
export function newestOf(one: IssuerCrls): Crl | undefined {
  return one.crls.find((crl) => crl.current && crl.partition === 0 && crl.kind === "base");
}

/** How large a file is, for people. */
export function bytes(size: number): string {
  if (size < 1_000) return count(size, "byte");
  const [step, unit] = size < 1_000_000 ? ([1_000, "kilobyte"] as const) : ([1_000_000, "megabyte"] as const);
  const format = new Intl.NumberFormat(undefined, { style: "unit", unit, maximumFractionDigits: 1 });
  return format.format(size / step);
}
