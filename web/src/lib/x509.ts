// What a certificate says, read in the browser. Loaded only where it is shown.

// The library finds its parts through it.
import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  AuthorityInfoAccessExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  PemConverter,
  X509Certificate,
} from "@peculiar/x509";

export interface Parsed {
  subject: string;
  issuer: string;
  serial: string;
  notBefore: string;
  notAfter: string;
  key: string;
  signature: string;
  isCa: boolean;
  sha256: string;
  names: string[];
  keyUsages: string[];
  extendedKeyUsages: string[];
  subjectKeyId: string | undefined;
  authorityKeyId: string | undefined;
  ocsp: string[];
  caIssuers: string[];
  crl: string[];
  policies: string[];
  mustStaple: boolean;
  otherExtensions: { oid: string; critical: boolean }[];
  pem: string;
  der: ArrayBuffer;
}

const EKU: Readonly<Record<string, string>> = {
  "1.3.6.1.5.5.7.3.1": "serverAuth",
  "1.3.6.1.5.5.7.3.2": "clientAuth",
  "1.3.6.1.5.5.7.3.3": "codeSigning",
  "1.3.6.1.5.5.7.3.4": "emailProtection",
  "1.3.6.1.5.5.7.3.8": "timeStamping",
  "1.3.6.1.5.5.7.3.9": "OCSPSigning",
};
const TLS_FEATURE = "1.3.6.1.5.5.7.1.24";
const KNOWN = new Set([
  "2.5.29.14",
  "2.5.29.15",
  "2.5.29.17",
  "2.5.29.19",
  "2.5.29.31",
  "2.5.29.32",
  "2.5.29.35",
  "2.5.29.37",
  "1.3.6.1.5.5.7.1.1",
  TLS_FEATURE,
]);

/** Every certificate of a PEM text, in its order. */
export async function parseChain(pem: string): Promise<Parsed[]> {
  return Promise.all(PemConverter.decode(pem).map((der) => parse(new X509Certificate(der))));
}

async function parse(one: X509Certificate): Promise<Parsed> {
  const usages = one.getExtension(KeyUsagesExtension)?.usages ?? 0;
  const info = one.getExtension(AuthorityInfoAccessExtension);
  const points = one.getExtension(CRLDistributionPointsExtension)?.distributionPoints ?? [];
  const crl = points.flatMap((point) =>
    (point.distributionPoint?.fullName ?? []).flatMap((name) => name.uniformResourceIdentifier ?? []),
  );
  return {
    subject: one.subject || "(empty)",
    issuer: one.issuer,
    serial: one.serialNumber,
    notBefore: one.notBefore.toISOString(),
    notAfter: one.notAfter.toISOString(),
    key: describeKey(one.publicKey.algorithm),
    signature: describeSignature(one.signatureAlgorithm),
    isCa: one.getExtension(BasicConstraintsExtension)?.ca ?? false,
    sha256: hex(await crypto.subtle.digest("SHA-256", one.rawData)),
    names: (one.getExtension(SubjectAlternativeNameExtension)?.names.items ?? []).map((name) => name.value),
    keyUsages: Object.entries(KeyUsageFlags)
      .filter(([, flag]) => typeof flag === "number" && (usages & flag) !== 0)
      .map(([name]) => name),
    extendedKeyUsages: (one.getExtension(ExtendedKeyUsageExtension)?.usages ?? []).map(
      (oid) => EKU[String(oid)] ?? String(oid),
    ),
    subjectKeyId: one.getExtension(SubjectKeyIdentifierExtension)?.keyId,
    authorityKeyId: one.getExtension(AuthorityKeyIdentifierExtension)?.keyId,
    ocsp: (info?.ocsp ?? []).map((name) => name.value),
    caIssuers: (info?.caIssuers ?? []).map((name) => name.value),
    crl,
    policies: [...(one.getExtension(CertificatePolicyExtension)?.policies ?? [])],
    mustStaple: one.extensions.some((extension) => extension.type === TLS_FEATURE),
    otherExtensions: one.extensions
      .filter((extension) => !KNOWN.has(extension.type))
      .map((extension) => ({ oid: extension.type, critical: extension.critical })),
    pem: one.toString("pem"),
    der: one.rawData,
  };
}

function describeKey(algorithm: Algorithm): string {
  const { name, namedCurve, modulusLength } = algorithm as Algorithm & {
    namedCurve?: string;
    modulusLength?: number;
  };
  return [name.replace(/^RSASSA-PKCS1-v1_5$/, "RSA"), namedCurve, modulusLength && `${modulusLength} bits`]
    .filter(Boolean)
    .join(" ");
}

function describeSignature(algorithm: { name: string; hash?: { name: string } }): string {
  return [algorithm.name.replace(/^RSASSA-PKCS1-v1_5$/, "RSA"), algorithm.hash?.name]
    .filter(Boolean)
    .join(" with ");
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
