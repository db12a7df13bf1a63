import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import {
  acmeAuthModeValues,
  extendedKeyUsageValues,
  keyAlgorithmValues,
  type AllowedKey,
  type Profile,
  type ProfileRequest,
} from "@/api/schema";
import { Button, IconButton } from "@/components/button";
import {
  CheckField,
  ChecksField,
  ChipsField,
  NumberField,
  SelectField,
  TextArea,
  TextField,
} from "@/components/form";
import { ResourceDialog, type FormContext } from "@/components/resource-dialog";
import { words } from "@/lib/words";

type Values = Required<Omit<ProfileRequest, "id">>;

const FRESH: Values = {
  name: "",
  description: "",
  allowed_key_algorithms: [
    { algorithm: "ECDSA", min_size: 256 },
    { algorithm: "RSA", min_size: 2048 },
  ],
  allowed_ekus: ["serverAuth"],
  max_ttl_seconds: 47 * 86_400,
  allow_short_lived: false,
  must_staple: false,
  no_rev_avail: false,
  required_san_patterns: [],
  required_csr_attributes: [],
  spiffe_uri_pattern: "",
  acme_auth_mode: "trust_authenticated",
  requires_approval: false,
  enabled: true,
};

const SIZES: Readonly<Record<AllowedKey["algorithm"], readonly number[]>> = {
  RSA: [2048, 3072, 4096],
  ECDSA: [256, 384, 521],
  Ed25519: [],
};

function read({ id: _, created_at: __, updated_at: ___, ...values }: Profile): Values {
  return values;
}

export function ProfileDialog({ id, onClose }: { id?: string; onClose: () => void }) {
  return (
    <ResourceDialog
      kind="profile"
      id={id}
      fresh={FRESH}
      read={read}
      write={(values): ProfileRequest => values}
      wide
      missing={(values) => (values.name.trim() === "" ? "Still needed: name" : undefined)}
      places={Object.keys(FRESH)}
      onClose={onClose}
    >
      {(form) => <ProfileFields {...form} />}
    </ResourceDialog>
  );
}

const UNITS = [
  { name: "days", seconds: 86_400 },
  { name: "hours", seconds: 3_600 },
  { name: "minutes", seconds: 60 },
] as const;

function ProfileFields({ values, set, at }: FormContext<Values>) {
  const [unit, setUnit] = useState(
    () => UNITS.find((one) => values.max_ttl_seconds % one.seconds === 0) ?? UNITS[2],
  );
  const setKey = (index: number, key: AllowedKey) =>
    set(
      "allowed_key_algorithms",
      values.allowed_key_algorithms.map((old, at) => (at === index ? key : old)),
    );
  return (
    <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
      <TextField
        label="Name"
        required
        value={values.name}
        onChange={(value) => set("name", value)}
        error={at("name")}
      />
      <div className="flex items-end gap-2">
        <NumberField
          label="Longest validity"
          required
          min={1}
          className="flex-1"
          value={values.max_ttl_seconds / unit.seconds}
          onChange={(value) => set("max_ttl_seconds", Math.round((value ?? 0) * unit.seconds))}
          error={at("max_ttl_seconds")}
        />
        <SelectField
          label="Unit"
          value={unit.name}
          onChange={(value) => setUnit(UNITS.find((one) => one.name === value) ?? UNITS[0])}
          options={UNITS.map((one) => ({ value: one.name, label: one.name }))}
        />
      </div>
      <TextArea
        label="Description"
        rows={2}
        className="sm:col-span-2"
        value={values.description}
        onChange={(value) => set("description", value)}
        error={at("description")}
      />
      <fieldset className="space-y-2 sm:col-span-2">
        <legend className="text-[12.5px] font-medium">Keys</legend>
        {values.allowed_key_algorithms.map((key, index) => (
          <div key={`${index} ${key.algorithm}`} className="flex items-center gap-2">
            <select
              aria-label="Algorithm"
              className="field w-auto"
              value={key.algorithm}
              onChange={(event) => {
                const algorithm = event.target.value as AllowedKey["algorithm"];
                setKey(index, { algorithm, min_size: SIZES[algorithm][0] ?? 0 });
              }}
            >
              {keyAlgorithmValues.map((value) => (
                <option key={value}>{value}</option>
              ))}
            </select>
            {SIZES[key.algorithm].length > 0 && (
              <select
                aria-label="Smallest size"
                className="field w-auto"
                value={key.min_size}
                onChange={(event) => setKey(index, { ...key, min_size: Number(event.target.value) })}
              >
                {SIZES[key.algorithm].map((size) => (
                  <option key={size} value={size}>
                    {size} bits or more
                  </option>
                ))}
              </select>
            )}
            <IconButton
              label="Remove this key"
              icon={<Trash2 aria-hidden className="size-4" />}
              onClick={() =>
                set(
                  "allowed_key_algorithms",
                  values.allowed_key_algorithms.filter((_, at) => at !== index),
                )
              }
            />
          </div>
        ))}
        <Button
          small
          icon={<Plus aria-hidden className="size-3.5" />}
          onClick={() =>
            set("allowed_key_algorithms", [
              ...values.allowed_key_algorithms,
              { algorithm: "ECDSA", min_size: 256 },
            ])
          }
        >
          Another key
        </Button>
        {at("allowed_key_algorithms") && (
          <p role="alert" className="text-[12px] text-bad">
            {at("allowed_key_algorithms")}
          </p>
        )}
      </fieldset>
      <div className="sm:col-span-2">
        <ChecksField
          label="Uses"
          options={extendedKeyUsageValues.map((value) => ({ value, label: value }))}
          value={values.allowed_ekus}
          onChange={(value) => set("allowed_ekus", value as Values["allowed_ekus"])}
          error={at("allowed_ekus")}
        />
      </div>
      <ChipsField
        label="Patterns of names"
        mono
        commas={false}
        value={values.required_san_patterns}
        onChange={(value) => set("required_san_patterns", value)}
        hint="Each name fits one of these; any when there is none."
        error={at("required_san_patterns")}
      />
      <ChipsField
        label="Attributes of a CSR"
        mono
        value={values.required_csr_attributes}
        onChange={(value) => set("required_csr_attributes", value)}
        error={at("required_csr_attributes")}
      />
      <TextField
        label="SPIFFE pattern"
        mono
        value={values.spiffe_uri_pattern}
        onChange={(value) => set("spiffe_uri_pattern", value)}
        error={at("spiffe_uri_pattern")}
      />
      <SelectField
        label="ACME"
        value={values.acme_auth_mode}
        onChange={(value) => set("acme_auth_mode", value as Values["acme_auth_mode"])}
        options={acmeAuthModeValues.map((value) => ({ value, label: words(value) }))}
        error={at("acme_auth_mode")}
      />
      <div className="space-y-2 sm:col-span-2">
        <CheckField
          label="A second person must approve each issuance"
          value={values.requires_approval}
          onChange={(value) => set("requires_approval", value)}
        />
        <CheckField
          label="Must-staple"
          hint="Leaves demand a stapled OCSP answer."
          value={values.must_staple}
          onChange={(value) => set("must_staple", value)}
        />
        <CheckField
          label="Without revocation information"
          hint="For leaves that end before a revocation would be heard of."
          value={values.no_rev_avail}
          onChange={(value) => set("no_rev_avail", value)}
          error={at("no_rev_avail")}
        />
        <CheckField
          label="Short-lived certificates"
          hint="Lives of less than an hour are allowed."
          value={values.allow_short_lived}
          onChange={(value) => set("allow_short_lived", value)}
          error={at("allow_short_lived")}
        />
        <CheckField label="Enabled" value={values.enabled} onChange={(value) => set("enabled", value)} />
      </div>
    </div>
  );
}
