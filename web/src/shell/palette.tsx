import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { FileBadge2, type LucideIcon } from "lucide-react";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { fetchPage } from "@/api/lists";
import { StatusBadge } from "@/components/badge";
import { useNames, type RefKind } from "@/components/refs";
import { useCan } from "@/lib/session";
import { NAVIGATION } from "./navigation";

const OBJECTS: readonly { kind: RefKind; label: string; page: string; shortest: number }[] = [
  { kind: "target", label: "Targets", page: "/targets", shortest: 1 },
  { kind: "issuer", label: "Issuers", page: "/issuers", shortest: 1 },
  { kind: "owner", label: "Owners", page: "/owners", shortest: 1 },
  { kind: "team", label: "Teams", page: "/teams", shortest: 1 },
  { kind: "renewal_policy", label: "Renewal policies", page: "/renewal-policies", shortest: 1 },
  { kind: "profile", label: "Profiles", page: "/profiles", shortest: 1 },
];

/** Gets one to any page and object by a few letters. */
export function Palette({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text.trim());
  const navigate = useNavigate();
  const can = useCan();
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  const go = (to: string) => {
    onClose();
    void navigate(to);
  };
  const pages = NAVIGATION.flatMap((group) => group.items)
    .filter((item) => can(item.needs))
    .filter((item) => contains(`${item.label} ${item.words ?? ""}`, wanted));
  const certificates = useQuery({
    queryKey: ["certificates", "palette", wanted],
    queryFn: ({ signal }) => fetchPage("/api/v1/certificates", { q: wanted, per_page: 8 }, {}, signal),
    enabled: wanted.length > 0 && can("inventory.read"),
    placeholderData: (previous) => previous,
  });
  const agents = useQuery({
    queryKey: ["agents", "palette", wanted],
    queryFn: ({ signal }) => fetchPage("/api/v1/agents", { search: wanted, per_page: 5 }, {}, signal),
    enabled: wanted.length > 0 && can("inventory.read"),
    placeholderData: (previous) => previous,
  });
  const isId = /^[a-z][a-z0-9-]{3,63}$/.test(wanted) && wanted.includes("-");
  return (
    <dialog
      ref={dialog}
      aria-label="Search"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className="mt-[12dvh] max-h-[70dvh] w-[calc(100vw-24px)] max-w-xl overflow-hidden rounded-xl border bg-raised p-0 shadow-pop"
    >
      <Command label="Search pages and objects" shouldFilter={false} loop>
        <Command.Input
          value={text}
          onValueChange={setText}
          placeholder="Search certificates, agents, pages…"
          className="h-12 w-full border-b bg-transparent px-4 text-[14px] outline-none"
        />
        <Command.List className="max-h-[calc(70dvh-3rem)] overflow-y-auto p-1.5">
          <Command.Empty className="px-3 py-8 text-center text-[13px] text-muted">
            {certificates.isFetching ? "Searching…" : "Nothing is called like this"}
          </Command.Empty>
          {wanted && (certificates.data?.data.length ?? 0) > 0 && (
            <Group label="Certificates">
              {certificates.data?.data.map((one) => (
                <Item
                  key={one.id}
                  value={`certificate ${one.id}`}
                  onSelect={() => go(`/certificates/${one.id}`)}
                  icon={FileBadge2}
                >
                  <span className="truncate">{one.common_name}</span>
                  <span className="truncate text-muted">{one.name}</span>
                  <span className="ml-auto">
                    <StatusBadge status={one.status} />
                  </span>
                </Item>
              ))}
            </Group>
          )}
          {wanted && (agents.data?.data.length ?? 0) > 0 && (
            <Group label="Agents">
              {agents.data?.data.map((one) => (
                <Item key={one.id} value={`agent ${one.id}`} onSelect={() => go(`/agents/${one.id}`)}>
                  <span className="truncate">{one.name}</span>
                  <span className="truncate text-muted">{one.hostname}</span>
                  <span className="ml-auto">
                    <StatusBadge status={one.status} />
                  </span>
                </Item>
              ))}
            </Group>
          )}
          {pages.length > 0 && (
            <Group label="Pages">
              {pages.map((page) => (
                <Item key={page.to} value={`page ${page.to}`} onSelect={() => go(page.to)} icon={page.icon}>
                  {page.label}
                </Item>
              ))}
            </Group>
          )}
          {wanted &&
            can("inventory.read") &&
            OBJECTS.map((one) => <Objects key={one.kind} {...one} wanted={wanted} go={go} />)}
          {isId && (
            <Group label="By id">
              <Item value="job id" onSelect={() => go(`/jobs/${wanted}`)}>
                Job {wanted}
              </Item>
              <Item value="audit id" onSelect={() => go(`/audit?resource_id=${encodeURIComponent(wanted)}`)}>
                Audit trail of {wanted}
              </Item>
            </Group>
          )}
        </Command.List>
      </Command>
    </dialog>
  );
}

function Objects(props: {
  kind: RefKind;
  label: string;
  page: string;
  wanted: string;
  go: (to: string) => void;
}) {
  const names = useNames(props.kind);
  const found = (names.data ?? [])
    .filter((one) => contains(`${one.name} ${one.id}`, props.wanted))
    .slice(0, 4);
  if (found.length === 0) return null;
  return (
    <Group label={props.label}>
      {found.map((one) => (
        <Item
          key={one.id}
          value={`${props.kind} ${one.id}`}
          onSelect={() => props.go(`${props.page}/${one.id}`)}
        >
          {one.name}
        </Item>
      ))}
    </Group>
  );
}

function contains(text: string, wanted: string): boolean {
  const haystack = text.toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((part) => haystack.includes(part));
}

function Group({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <Command.Group
      heading={label}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-[11.5px] [&_[cmdk-group-heading]]:text-muted"
    >
      {children}
    </Command.Group>
  );
}

function Item(props: { value: string; onSelect: () => void; icon?: LucideIcon; children: React.ReactNode }) {
  const Icon = props.icon;
  return (
    <Command.Item
      value={props.value}
      onSelect={props.onSelect}
      className="flex cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-2 text-[13px] data-[selected=true]:bg-hover"
    >
      {Icon && <Icon aria-hidden className="size-4 shrink-0 text-muted" />}
      {props.children}
    </Command.Item>
  );
}
