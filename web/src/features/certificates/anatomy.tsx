import { ArrowDown, Download } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/badge";
import { Button } from "@/components/button";
import { Code, Snippet } from "@/components/copy";
import { Card, Fact, Facts } from "@/components/page";
import { Empty, Problem, Skeleton } from "@/components/problem";
import { Time } from "@/components/time";
import { cx } from "@/lib/cx";
import { save } from "@/lib/csv";
import type { Parsed } from "@/lib/x509";
import { useParsed, useVersion, useVersions } from "./queries";

/** The newest leaf and its chain, field by field. */
export function Anatomy({ id }: { id: string }) {
  const versions = useVersions(id);
  const newest = versions.data?.data[0];
  const version = useVersion(id, newest?.id);
  const chain = useParsed(version.data?.pem_chain);
  const [chosen, setChosen] = useState(0);
  const failed = [versions, version, chain].find((query) => query.isError);
  if (failed)
    return (
      <Problem
        error={failed.error}
        title="The certificate cannot be read"
        onRetry={() => void failed.refetch()}
      />
    );
  if (versions.data && !newest) return <Empty title="Nothing was issued yet" />;
  if (!chain.data) return <Skeleton lines={8} />;
  const one = chain.data[chosen] ?? chain.data[0];
  if (!one) return <Empty title="The version holds no certificate" />;
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-[minmax(240px,320px)_1fr]">
      <Card title="Chain">
        <ol className="space-y-1">
          {chain.data.map((link, index) => (
            <li key={link.sha256}>
              {index > 0 && (
                <span className="flex items-center gap-1.5 py-0.5 pl-3 text-[11.5px] text-muted">
                  <ArrowDown aria-hidden className="size-3.5" /> signed by
                </span>
              )}
              <button
                type="button"
                aria-pressed={link === one}
                onClick={() => setChosen(index)}
                className={cx(
                  "w-full rounded-md border p-2.5 text-left text-[12.5px] hover:bg-hover",
                  link === one && "border-brand bg-brand-soft hover:bg-brand-soft",
                )}
              >
                <span className="block font-medium break-words">{link.subject}</span>
                <span className="mt-0.5 flex flex-wrap items-center gap-1.5 text-muted">
                  <Badge tone={link.isCa ? "info" : "neutral"}>{link.isCa ? "CA" : "Leaf"}</Badge>
                  until <Time at={link.notAfter} as="day" />
                </span>
              </button>
            </li>
          ))}
        </ol>
      </Card>
      <Details one={one} />
    </div>
  );
}

function Details({ one }: { one: Parsed }) {
  const list = (values: readonly string[]) => (values.length === 0 ? "—" : values.join(", "));
  return (
    <Card
      title="Contents"
      actions={
        <span className="flex gap-1">
          <Button
            small
            variant="ghost"
            icon={<Download aria-hidden className="size-3.5" />}
            onClick={() => save("certificate.pem", `${one.pem}\n`, "application/x-pem-file")}
          >
            PEM
          </Button>
          <Button
            small
            variant="ghost"
            icon={<Download aria-hidden className="size-3.5" />}
            onClick={() => save("certificate.der", new Blob([one.der], { type: "application/pkix-cert" }))}
          >
            DER
          </Button>
        </span>
      }
    >
      <Facts>
        <Fact name="Subject">{one.subject}</Fact>
        <Fact name="Issuer">{one.issuer}</Fact>
        <Fact name="Serial number">
          <Code text={one.serial} />
        </Fact>
        <Fact name="SHA-256">
          <Code text={one.sha256} />
        </Fact>
        <Fact name="Valid">
          <Time at={one.notBefore} as="exact" /> <br /> to <Time at={one.notAfter} as="exact" />
        </Fact>
        <Fact name="Names">
          <span className="font-mono text-[12.5px] break-all">{list(one.names)}</span>
        </Fact>
        <Fact name="Key">{one.key}</Fact>
        <Fact name="Signature">{one.signature}</Fact>
        <Fact name="Key usage">{list(one.keyUsages)}</Fact>
        <Fact name="Extended key usage">{list(one.extendedKeyUsages)}</Fact>
        <Fact name="Subject key id">{one.subjectKeyId ? <Code text={one.subjectKeyId} /> : "—"}</Fact>
        <Fact name="Authority key id">{one.authorityKeyId ? <Code text={one.authorityKeyId} /> : "—"}</Fact>
        <Fact name="OCSP">{list(one.ocsp)}</Fact>
        <Fact name="Issuer's certificate">{list(one.caIssuers)}</Fact>
        <Fact name="Revocation lists">{list(one.crl)}</Fact>
        <Fact name="Policies">{list(one.policies)}</Fact>
        <Fact name="Must-staple">{one.mustStaple ? "Yes" : "No"}</Fact>
        {one.otherExtensions.length > 0 && (
          <Fact name="Other extensions">
            {one.otherExtensions.map((other) => (
              <span key={other.oid} className="mr-2 font-mono text-[12px]">
                {other.oid}
                {other.critical && " (critical)"}
              </span>
            ))}
          </Fact>
        )}
      </Facts>
      <details className="mt-4">
        <summary className="text-[13px] font-medium">PEM</summary>
        <div className="mt-2">
          <Snippet label="Certificate as PEM" text={one.pem} />
        </div>
      </details>
    </Card>
  );
}
