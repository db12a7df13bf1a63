import { LoaderCircle } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Link, type LinkProps } from "react-router";
import { cx } from "@/lib/cx";

export type Variant = "primary" | "plain" | "ghost" | "danger";

const LOOKS: Readonly<Record<Variant, string>> = {
  primary: "bg-brand text-on-brand border-transparent hover:bg-brand-strong",
  plain: "bg-surface text-ink border-line-strong hover:bg-hover",
  ghost: "bg-transparent text-muted border-transparent hover:bg-hover hover:text-ink",
  danger: "bg-surface text-bad border-bad/40 hover:bg-bad-soft",
};

function look(variant: Variant, small: boolean, className?: string, square = false): string {
  return cx(
    "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap",
    "disabled:cursor-not-allowed disabled:opacity-50",
    small ? "h-7 text-[12.5px]" : "h-8 text-[13px]",
    square ? (small ? "w-7" : "w-8") : small ? "px-2" : "px-3",
    LOOKS[variant],
    className,
  );
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: Variant;
  small?: boolean;
  /** Shows that it works, and takes no second click. */
  busy?: boolean;
  /** As wide as high, for a picture alone. */
  square?: boolean;
  icon?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function Button(props: ButtonProps) {
  const {
    variant = "plain",
    small = false,
    busy = false,
    square = false,
    icon,
    className,
    children,
    ...rest
  } = props;
  return (
    <button
      type="button"
      {...rest}
      disabled={(rest.disabled ?? false) || busy}
      aria-busy={busy || undefined}
      className={look(variant, small, className, square)}
    >
      {busy ? <LoaderCircle aria-hidden className="size-3.5 animate-spin" /> : icon}
      {children}
    </button>
  );
}

export function LinkButton(props: LinkProps & { variant?: Variant; small?: boolean; icon?: ReactNode }) {
  const { variant = "plain", small = false, icon, className, children, ...rest } = props;
  return (
    <Link {...rest} className={look(variant, small, className)}>
      {icon}
      {children}
    </Link>
  );
}

/** A button that is only a picture; the label is its name and its tooltip. */
export function IconButton(props: Omit<ButtonProps, "children"> & { label: string; icon: ReactNode }) {
  const { label, icon, className, ...rest } = props;
  return (
    <Button variant="ghost" {...rest} square aria-label={label} title={label} className={className}>
      {icon}
    </Button>
  );
}
