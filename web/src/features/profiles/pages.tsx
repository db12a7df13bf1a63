import type { Row } from "@/api/lists";
import type { AllowedKey } from "@/api/schema";
import { Badge } from "@/components/badge";
import { Enabled, enabledColumn, LinkFact, nameColumn, TimeFacts } from "@/components/columns";
import { Card, Fact, Facts, TextLink } from "@/components/page";
import { ResourceListPage, ResourcePage } from "@/components/resource-pages";
import type { Column } from "@/components/table";
import { duration } from "@/lib/time";
import { words } from "@/lib/words";
import { AuditOf } from "../audit/of";
import { ProfileDialog } from "./form";

type ProfileRow = Row<"/api/v1/profiles">;

const keyText = (key: AllowedKey) => `${key.algorithm}${key.min_size ? ` ${key.min_size}+` : ""}`;

function Chips({ values }: { values: readonly string[] }) {
  if (values.length === 0) return <span className="text-muted">Any</span>;
  return (
    <span className="flex flex-wrap gap-1">
      {values.map((value) => (
        <Badge key={value}>{value}</Badge>
      ))}
    </span>
  );
}

const COLUMNS: readonly Column<ProfileRow>[] = [
  nameColumn("Profile", "/profiles", (one) => one.description),
  {
    id: "keys",
    header: "Keys",
    csv: (one) => one.allowed_key_algorithms.map(keyText).join(", "),
    cell: (one) => <Chips values={one.allowed_key_algorithms.map(keyText)} />,
  },
  {
    id: "ttl",
    header: "Longest validity",
    csv: (one) => one.max_ttl_seconds,
    cell: (one) => duration(one.max_ttl_seconds * 1_000),
  },
  {
    id: "ekus",
    header: "Uses",
    csv: (one) => one.allowed_ekus.join(", "),
    cell: (one) => <Chips values={one.allowed_ekus} />,
  },
  {
    id: "approval",
    header: "Approval",
    csv: (one) => one.requires_approval,
    cell: (one) => (one.requires_approval ? <Badge tone="warn">Second person</Badge> : "—"),
  },
  enabledColumn(),
];

export const ProfileList = () => <ResourceListPage kind="profile" columns={COLUMNS} Form={ProfileDialog} />;

export const ProfilePage = () => (
  <ResourcePage
    kind="profile"
    Form={ProfileDialog}
    badges={(one) => <Enabled one={one} />}
    deletion={(one) => (
      <p>
        Certificates with this profile must be given another one first:{" "}
        <TextLink to={`/certificates?profile_id=${one.id}`}>show them</TextLink>.
      </p>
    )}
  >
    {(one) => (
      <div className="space-y-4">
        <Card title="What it demands">
          <Facts>
            <Fact name="Description">{one.description || "—"}</Fact>
            <Fact name="Keys">
              <Chips values={one.allowed_key_algorithms.map(keyText)} />
            </Fact>
            <Fact name="Longest validity">{duration(one.max_ttl_seconds * 1_000)}</Fact>
            <Fact name="Uses">
              <Chips values={one.allowed_ekus} />
            </Fact>
            <Fact name="Patterns of names">
              <Chips values={one.required_san_patterns} />
            </Fact>
            <Fact name="Attributes of a CSR">
              <Chips values={one.required_csr_attributes} />
            </Fact>
            <Fact name="SPIFFE pattern">{one.spiffe_uri_pattern || "—"}</Fact>
            <Fact name="Approval">{one.requires_approval ? "By a second person" : "Not needed"}</Fact>
            <Fact name="Must-staple">{one.must_staple ? "Yes" : "No"}</Fact>
            <Fact name="Revocation information">{one.no_rev_avail ? "Left out" : "Included"}</Fact>
            <Fact name="Short-lived">{one.allow_short_lived ? "Allowed" : "No"}</Fact>
            <Fact name="ACME">{words(one.acme_auth_mode)}</Fact>
            <LinkFact name="Certificates" to={`/certificates?profile_id=${one.id}`} />
            <TimeFacts one={one} />
          </Facts>
        </Card>
        <AuditOf type="profile" id={one.id} />
      </div>
    )}
  </ResourcePage>
);
