import { useItem } from "@/api/objects";
import { Code, CopyButton } from "@/components/copy";
import { TextLink } from "@/components/page";

/**
 * The common name behind the id of a certificate, for pages of one object: there are too many
 * certificates to know all their names, so that lists show ids.
 */
export function CertificateRef({ id }: { id: string | null | undefined }) {
  const certificate = useItem("certificates", "/api/v1/certificates/{id}", id ?? "");
  if (!id) return <span className="text-muted">—</span>;
  // What does not exist any more has no page, either.
  if (certificate.isError) return <Code text={id} />;
  return (
    <span className="inline-flex max-w-full items-center gap-0.5">
      <TextLink to={`/certificates/${id}`} title={id}>
        {certificate.data?.common_name ?? id}
      </TextLink>
      <CopyButton text={id} label={`Copy ${id}`} />
    </span>
  );
}
