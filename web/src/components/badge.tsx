import {
  AlertTriangle,
  Archive,
  Ban,
  CheckCircle2,
  CircleDashed,
  CircleDot,
  CirclePause,
  Clock,
  HelpCircle,
  RefreshCw,
  UserCheck,
  XCircle,
  type LucideIcon,
} from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import { words } from "@/lib/words";

export type Tone = "ok" | "warn" | "bad" | "info" | "neutral";

const TONES: Readonly<Record<Tone, string>> = {
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  info: "bg-info-soft text-info",
  neutral: "bg-neutral-soft text-muted",
};

/** A small word with a colour. */
export function Badge({
  tone = "neutral",
  children,
  title,
}: {
  tone?: Tone;
  children: ReactNode;
  title?: string;
}) {
  return (
    <span
      title={title}
      className={cx(
        "inline-flex h-5 items-center gap-1 rounded-full px-2 text-[11.5px] font-medium whitespace-nowrap",
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}

interface Look {
  tone: Tone;
  icon: LucideIcon;
}

const look = (tone: Tone, icon: LucideIcon): Look => ({ tone, icon });
const fine = look("ok", CheckCircle2);
const broken = look("bad", XCircle);
const careful = look("warn", AlertTriangle);
const waiting = look("info", Clock);
const moving = look("info", RefreshCw);
const still = look("neutral", CircleDashed);

/** How each status of the API looks. A test asks for every value of every status enum. */
export const STATUS_LOOKS: Readonly<Record<string, Look>> = {
  // Certificates
  Pending: waiting,
  Active: fine,
  Expiring: careful,
  Expired: broken,
  RenewalInProgress: moving,
  Failed: broken,
  Revoked: look("bad", Ban),
  Archived: look("neutral", Archive),
  // Jobs and operations
  AwaitingCSR: waiting,
  AwaitingApproval: look("warn", UserCheck),
  Running: moving,
  Completed: fine,
  Cancelled: look("neutral", Ban),
  pending: waiting,
  running: moving,
  paused: look("warn", CirclePause),
  completed: fine,
  cancelled: look("neutral", Ban),
  done: fine,
  skipped: still,
  // Agents
  Online: fine,
  Degraded: careful,
  Offline: broken,
  Retired: look("neutral", Archive),
  // Notifications
  sent: fine,
  failed: broken,
  dead: broken,
  // Approvals
  approved: fine,
  rejected: broken,
  expired: look("neutral", Clock),
  // Deployments
  in_progress: moving,
  served: fine,
  deployed: look("ok", CircleDot),
  rollback_failed: broken,
  // Tests and verifications
  success: fine,
  untested: still,
  // Switches
  Enabled: fine,
  Disabled: still,
  // Compliance rules
  Warning: careful,
  Error: broken,
  Critical: look("bad", AlertTriangle),
  open: careful,
  resolved: fine,
  // Urgency
  informational: look("info", CircleDot),
  warning: careful,
  critical: look("bad", AlertTriangle),
  // Periodic tasks
  on_time: fine,
  late: broken,
  healthy: fine,
  unhealthy: broken,
  // Attempts
  csr_accepted: fine,
  will_retry: careful,
  lease_lost: careful,
  delivered: fine,
  no_notifier: careful,
};

/** A status in words, with a colour and a picture. What is not known is shown as it is. */
export function StatusBadge({ status, title }: { status: string; title?: string }) {
  const known = STATUS_LOOKS[status];
  const Icon = known?.icon ?? HelpCircle;
  return (
    <Badge tone={known?.tone ?? "neutral"} title={title ?? status}>
      <Icon aria-hidden className="size-3" />
      {known ? words(status) : status}
    </Badge>
  );
}
