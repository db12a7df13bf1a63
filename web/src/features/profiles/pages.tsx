import { useState } from "react";
import type { AllowedKey } from "@/api/schema";
import type { Row } from "@/api/lists";
import { Badge, StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { DeleteButton } from "@/components/delete-button";
import { ObjectPage } from "@/components/object-page";
import { Card, Fact, Facts, PageHeader, TextLink } from "@/components/page";
import { Empty } from "@/components/problem";
import { ResourceList } from "@/components/resource-list";
import type { Column } from "@/components/table";
import { Time } from "@/components/time";
import { useCan } from "@/lib/session";
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
  {
    id: "name",
    header: "Profile",
    fixed: true,
    csv: (one) => one.name,
    cell: (one) => (
      <div>
        <TextLink to={`/profiles/${one.id}`}>{one.name}</TextLink>
        {one.description && <div className="max-w-80 truncate text-[12px] text-muted">{one.description}</div>}
      </div>
    ),
  },
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
  {
    id: "state",
    header: "State",
    csv: (one) => one.enabled,
    cell: (one) => <StatusBadge status={one.enabled ? "Enabled" : "Disabled"} />,
  },
];

export function ProfileList() {
  const can = useCan();
  const [isCreating, setCreating] = useState(false);
  const create = can("profile.write") && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      New profile
    </Button>
  );
  return (
    <>
      <PageHeader title="Profiles" actions={create} />
      <ResourceList
        path="/api/v1/profiles"
        noun="profile"
        columns={COLUMNS}
        rowLink={(one) => `/profiles/${one.id}`}
        empty={<Empty title="No profiles yet" action={create} />}
      />
      {isCreating && <ProfileDialog onClose={() => setCreating(false)} />}
    </>
  );
}

export function ProfilePage() {
  const can = useCan();
  const [isEditing, setEditing] = useState(false);
  return (
    <ObjectPage
      path="/api/v1/profiles/{id}"
      queryKey="profiles"
      noun="Profile"
      crumb={{ to: "/profiles", label: "Profiles" }}
      badges={(one) => <StatusBadge status={one.enabled ? "Enabled" : "Disabled"} />}
      actions={(one) =>
        can("profile.write") && (
          <>
            <Button onClick={() => setEditing(true)}>Edit</Button>
            <DeleteButton
              noun="profile"
              name={one.name}
              id={one.id}
              path="/api/v1/profiles/{id}"
              queryKey="profiles"
              to="/profiles"
            >
              <p>
                Certificates with this profile must be given another one first:{" "}
                <TextLink to={`/certificates?profile_id=${one.id}`}>show them</TextLink>.
              </p>
            </DeleteButton>
          </>
        )
      }
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
              <Fact name="Certificates">
                <TextLink to={`/certificates?profile_id=${one.id}`}>Show them</TextLink>
              </Fact>
              <Fact name="Changed">
                <Time at={one.updated_at} />
              </Fact>
            </Facts>
          </Card>
          <AuditOf type="profile" id={one.id} />
          {isEditing && <ProfileDialog id={one.id} onClose={() => setEditing(false)} />}
        </div>
      )}
    </ObjectPage>
  );
}
