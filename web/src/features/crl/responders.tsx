import { useQuery } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import type { OcspResponder } from "@/api/schema";
import { Badge } from "@/components/badge";
import { Code } from "@/components/copy";
import { Card, TextLink } from "@/components/page";
import { Empty, Problem } from "@/components/problem";
import { Table, type Column } from "@/components/table";
import { Expiry, Time } from "@/components/time";
import { useCan } from "@/lib/session";

const COLUMNS: readonly Column<OcspResponder>[] = [
  {
    id: "state",
    header: "State",
    cell: (one) =>
      one.current ? (
        <Badge tone="ok">Signs now</Badge>
      ) : (
        <span>
          <Badge>Replaced</Badge> <Time at={one.superseded_at} none="" />
        </span>
      ),
  },
  { id: "serial", header: "Serial number", cell: (one) => <Code text={one.serial_number} cut={18} /> },
  { id: "key", header: "Key", cell: (one) => one.key_algorithm },
  { id: "made", header: "Made", cell: (one) => <Time at={one.created_at} /> },
  { id: "ends", header: "Ends", cell: (one) => <Expiry at={one.not_after} /> },
];

/** Who signs the OCSP answers of an issuer, for administrators; nobody else's browser asks. */
export function Responders({ issuerId }: { issuerId: string }) {
  const isAdmin = useCan()("admin.read");
  const responders = useQuery({
    queryKey: ["crl", "responders"],
    queryFn: ({ signal }) => call(api.GET("/api/v1/admin/ocsp/responders", { signal })),
    enabled: isAdmin,
  });
  if (!isAdmin) return null;
  return (
    <Card
      title="OCSP responders"
      flush
      actions={<TextLink to="/audit?action=ocsp_responder_created">See when each was made</TextLink>}
    >
      {responders.isError ? (
        <div className="p-3">
          <Problem error={responders.error} onRetry={() => void responders.refetch()} />
        </div>
      ) : (
        <Table
          label="OCSP responders of the issuer"
          columns={COLUMNS}
          rows={responders.data?.responders.filter((one) => one.issuer_id === issuerId) ?? []}
          rowKey={(one) => one.id}
          isLoading={responders.isPending}
          empty={<Empty title="Nobody has asked yet">The first question makes one.</Empty>}
        />
      )}
    </Card>
  );
}
