import {
  Activity,
  Ban,
  BellRing,
  BookCheck,
  Boxes,
  Cpu,
  FileClock,
  FileBadge2,
  Gauge,
  Inbox,
  KeyRound,
  Landmark,
  ListChecks,
  ListX,
  Mailbox,
  RefreshCcw,
  Route,
  Server,
  ShieldCheck,
  SlidersHorizontal,
  Stamp,
  UserRound,
  UsersRound,
  type LucideIcon,
} from "lucide-react";
import type { Permission } from "@/api/schema";

export interface NavItem {
  to: string;
  label: string;
  icon: LucideIcon;
  /** What one must be allowed to see it. */
  needs: Permission;
  /** Further words to find it by. */
  words?: string;
  /** Which count stands beside it. */
  badge?: "approvals" | "dead";
}

export interface NavGroup {
  label: string;
  items: readonly NavItem[];
}

const read: Permission = "inventory.read";

/** Every page of the menu. */
export const NAVIGATION: readonly NavGroup[] = [
  {
    label: "Overview",
    items: [{ to: "/", label: "Dashboard", icon: Gauge, needs: read, words: "home start" }],
  },
  {
    label: "Inventory",
    items: [
      { to: "/certificates", label: "Certificates", icon: FileBadge2, needs: read, words: "tls x509 leaf" },
      { to: "/issuers", label: "Issuers", icon: Landmark, needs: read, words: "ca authority" },
      { to: "/revocations", label: "Revocations", icon: Ban, needs: read, words: "revoke hold serial" },
      { to: "/crl", label: "Revocation lists", icon: ListX, needs: read, words: "crl ocsp relying parties" },
    ],
  },
  {
    label: "Deployment",
    items: [
      { to: "/agents", label: "Agents", icon: Cpu, needs: read, words: "hosts fleet" },
      { to: "/agent-groups", label: "Agent groups", icon: Boxes, needs: read },
      { to: "/targets", label: "Targets", icon: Server, needs: read, words: "nginx deploy" },
    ],
  },
  {
    label: "Operation",
    items: [
      { to: "/jobs", label: "Jobs", icon: ListChecks, needs: read, words: "renewals deployments queue" },
      {
        to: "/approvals",
        label: "Approvals",
        icon: Stamp,
        needs: read,
        badge: "approvals",
        words: "requests inbox",
      },
      {
        to: "/notifications",
        label: "Notifications",
        icon: BellRing,
        needs: "notification.read",
        badge: "dead",
        words: "alerts dead letter",
      },
      { to: "/operations", label: "Bulk operations", icon: Inbox, needs: read },
    ],
  },
  {
    label: "Policy",
    items: [
      {
        to: "/renewal-policies",
        label: "Renewal policies",
        icon: RefreshCcw,
        needs: read,
        words: "window alerts",
      },
      { to: "/profiles", label: "Profiles", icon: BookCheck, needs: read, words: "eku key ttl" },
      {
        to: "/policies",
        label: "Compliance rules",
        icon: ShieldCheck,
        needs: read,
        words: "policies violations",
      },
    ],
  },
  {
    label: "People",
    items: [
      { to: "/owners", label: "Owners", icon: UserRound, needs: read },
      { to: "/teams", label: "Teams", icon: UsersRound, needs: read },
      {
        to: "/channels",
        label: "Channels",
        icon: Mailbox,
        needs: "notification.read",
        words: "slack email webhook",
      },
      {
        to: "/routing",
        label: "Routing",
        icon: Route,
        needs: "notification.read",
        words: "matrix quiet hours",
      },
    ],
  },
  {
    label: "System",
    items: [
      { to: "/audit", label: "Audit trail", icon: FileClock, needs: "audit.read", words: "log history" },
      {
        to: "/observability",
        label: "Observability",
        icon: Activity,
        needs: read,
        words: "health metrics prometheus",
      },
      { to: "/api-keys", label: "API keys", icon: KeyRound, needs: "api_key.write", words: "tokens access" },
      {
        to: "/settings",
        label: "Settings",
        icon: SlidersHorizontal,
        needs: read,
        words: "theme about version session",
      },
    ],
  },
];
