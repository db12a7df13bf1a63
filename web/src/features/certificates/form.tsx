import { useQuery } from "@tanstack/react-query";
import { fetchPage } from "@/api/lists";
import type { Certificate, CertificateRequest } from "@/api/schema";
import { ChipsField, Field, PairsField, TextField } from "@/components/form";
import { ReferenceSelect, type RefKind } from "@/components/refs";
import { ResourceDialog, type FormContext } from "@/components/resource-dialog";
import { duration } from "@/lib/time";

interface Values {
  name: string;
  common_name: string;
  sans: string[];
  environment: string;
  owner_id: string;
  team_id: string;
  issuer_id: string;
  renewal_policy_id: string;
  certificate_profile_id: string;
  target_ids: string[];
  tags: Record<string, string>;
}

const FRESH: Values = {
  name: "",
  common_name: "",
  sans: [],
  environment: "production",
  owner_id: "",
  team_id: "",
  issuer_id: "",
  renewal_policy_id: "",
  certificate_profile_id: "",
  target_ids: [],
  tags: {},
};

const read = (one: Certificate): Values => ({
  name: one.name,
  common_name: one.common_name,
  sans: [...one.sans],
  environment: one.environment,
  owner_id: one.owner_id,
  team_id: one.team_id,
  issuer_id: one.issuer_id,
  renewal_policy_id: one.renewal_policy_id,
  certificate_profile_id: one.certificate_profile_id ?? "",
  target_ids: [...one.target_ids],
  tags: { ...one.tags },
});

function write(values: Values): CertificateRequest {
  // The common name is always one of the names.
  const sans = values.sans.includes(values.common_name) ? values.sans : [values.common_name, ...values.sans];
  return { ...values, sans, certificate_profile_id: values.certificate_profile_id || null };
}

const NEEDED = ["name", "common_name", "issuer_id", "owner_id", "team_id", "renewal_policy_id"] as const;

/** Creates a certificate, or changes what is known of one. */
export function CertificateDialog(props: {
  id?: string;
  preset?: Partial<Values>;
  onClose: () => void;
  onDone?: (one: Certificate) => void;
}) {
  return (
    <ResourceDialog
      kind="certificate"
      id={props.id}
      fresh={{ ...FRESH, ...props.preset }}
      read={read}
      write={write}
      wide
      missing={(values) => {
        const field = NEEDED.find((name) => values[name] === "");
        return field && `Still needed: ${LABELS[field]}`;
      }}
      places={Object.keys(FRESH)}
      onClose={props.onClose}
      onDone={props.onDone}
    >
      {(form) => <CertificateFields {...form} />}
    </ResourceDialog>
  );
}

const LABELS: Readonly<Record<(typeof NEEDED)[number], string>> = {
  name: "name",
  common_name: "common name",
  issuer_id: "issuer",
  owner_id: "owner",
  team_id: "team",
  renewal_policy_id: "renewal policy",
};

/** A name of a host, an address, or an e-mail address or URI; the server checks the rest. */
export function checkName(text: string): string | undefined {
  if (text.length > 253) return `${text.slice(0, 30)}… is too long`;
  if (/[\s/\\]/.test(text) && !/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
    return `${text} is no name that a certificate can hold`;
  if (text.includes("*") && !/^\*\.[^*]+$/.test(text)) return `${text}: a * stands alone, as the first part`;
  return undefined;
}

export function CertificateFields({ values, set, at }: FormContext<Values>) {
  const targets = useQuery({
    queryKey: ["targets", "names"],
    queryFn: async ({ signal }) =>
      (await fetchPage("/api/v1/targets", { per_page: 500 }, {}, signal)).data.map(({ id, name }) => ({
        id,
        name,
      })),
    staleTime: 60_000,
  });
  const reference = (
    name: "owner_id" | "team_id" | "issuer_id" | "renewal_policy_id",
    label: string,
    of: RefKind,
  ) => (
    <Field label={label} required error={at(name)}>
      {(parts) => (
        <ReferenceSelect
          id={parts.id}
          of={of}
          value={values[name]}
          onChange={(value) => set(name, value)}
          any="Choose…"
          invalid={parts["aria-invalid"]}
          describedBy={parts["aria-describedby"]}
          required
        />
      )}
    </Field>
  );
  return (
    <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
      <TextField
        label="Common name"
        required
        mono
        value={values.common_name}
        onChange={(value) => set("common_name", value.trim())}
        placeholder="www.example.com"
        error={at("common_name") ?? (values.common_name ? checkName(values.common_name) : undefined)}
      />
      <TextField
        label="Name"
        required
        value={values.name}
        onChange={(value) => set("name", value)}
        placeholder="www"
        hint="What people call it; unique."
        error={at("name")}
      />
      <ChipsField
        label="Further names"
        className="sm:col-span-2"
        mono
        value={values.sans}
        onChange={(value) => set("sans", value)}
        placeholder="example.com, 192.0.2.7"
        hint="Host names, addresses. The common name is added by itself."
        check={checkName}
        error={at("sans")}
      />
      {reference("issuer_id", "Issuer", "issuer")}
      <Field
        label="Profile"
        hint={<ProfileHint id={values.certificate_profile_id} />}
        error={at("certificate_profile_id")}
      >
        {(parts) => (
          <ReferenceSelect
            id={parts.id}
            of="profile"
            value={values.certificate_profile_id}
            onChange={(value) => set("certificate_profile_id", value)}
            any="None"
          />
        )}
      </Field>
      {reference("owner_id", "Owner", "owner")}
      {reference("team_id", "Team", "team")}
      {reference("renewal_policy_id", "Renewal policy", "renewal_policy")}
      <TextField
        label="Environment"
        value={values.environment}
        onChange={(value) => set("environment", value)}
        list={["production", "staging", "development"]}
        error={at("environment")}
      />
      <fieldset className="sm:col-span-2">
        <legend className="text-[12.5px] font-medium">Targets</legend>
        <p className="mb-1 text-[12px] text-muted">
          Where it is deployed. The agents of the targets make the keys; without a target nothing can be
          issued.
        </p>
        <div className="max-h-40 overflow-y-auto rounded-md border p-2 text-[13px]">
          {targets.data?.length === 0 && <span className="text-muted">There are no targets yet.</span>}
          {targets.data?.map((target) => (
            <label key={target.id} className="flex items-center gap-2 py-0.5">
              <input
                type="checkbox"
                checked={values.target_ids.includes(target.id)}
                onChange={(event) =>
                  set(
                    "target_ids",
                    event.target.checked
                      ? [...values.target_ids, target.id]
                      : values.target_ids.filter((id) => id !== target.id),
                  )
                }
              />
              {target.name}
            </label>
          ))}
        </div>
        {at("target_ids") && (
          <p role="alert" className="text-[12px] text-bad">
            {at("target_ids")}
          </p>
        )}
      </fieldset>
      <PairsField
        label="Tags"
        className="sm:col-span-2"
        value={values.tags}
        onChange={(value) => set("tags", value)}
        placeholder="service=shop"
        hint="One a line, as name=value."
        error={at("tags")}
      />
    </div>
  );
}

/** What the chosen profile demands. */
function ProfileHint({ id }: { id: string }) {
  const profiles = useQuery({
    queryKey: ["profiles", "all"],
    queryFn: async ({ signal }) => (await fetchPage("/api/v1/profiles", { per_page: 500 }, {}, signal)).data,
    staleTime: 60_000,
    enabled: id !== "",
  });
  const profile = profiles.data?.find((one) => one.id === id);
  if (!profile) return <>Limits keys, uses and validity.</>;
  const keys = profile.allowed_key_algorithms.map(
    (key) => `${key.algorithm}${key.min_size ? ` ${key.min_size}+` : ""}`,
  );
  return (
    <span data-testid="cert-form-profile-detail">
      {profile.allowed_ekus.join(", ")}; {keys.join(", ") || "any key"}; at most{" "}
      {duration(profile.max_ttl_seconds * 1_000)}
      {profile.requires_approval && "; needs an approval"}
    </span>
  );
}
