import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { cx } from "@/lib/cx";

/** A button that copies a text, and says so. */
export function CopyButton({
  text,
  label = "Copy",
  className,
}: {
  text: string;
  label?: string;
  className?: string;
}) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 1_500);
    } catch {
      setCopied(false);
    }
  };
  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      aria-label={copied ? "Copied" : label}
      title={copied ? "Copied" : label}
      onClick={copy}
      className={cx("inline-flex rounded p-1 text-muted hover:bg-hover hover:text-ink", className)}
    >
      <Icon aria-hidden className="size-3.5" />
    </button>
  );
}

/** An identifier or fingerprint: monospaced, to be copied. */
export function Code({ text, cut }: { text: string; cut?: number }) {
  const shown = cut && text.length > cut ? `${text.slice(0, cut)}…` : text;
  return (
    <span className="inline-flex max-w-full items-center gap-0.5">
      <code title={text} className="truncate font-mono text-[12px]">
        {shown}
      </code>
      <CopyButton text={text} label={`Copy ${shown}`} />
    </span>
  );
}

/** A command or file for people to copy. */
export function Snippet({ text, label }: { text: string; label: string }) {
  return (
    <div className="relative rounded-md border bg-page">
      <pre
        // Scrolls sideways, so it must be reachable by keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={label}
        className="overflow-x-auto p-3 pr-10 font-mono text-[12px] leading-relaxed"
      >
        {text}
      </pre>
      <CopyButton text={text} label={`Copy ${label}`} className="absolute top-1.5 right-1.5 bg-page" />
    </div>
  );
}
