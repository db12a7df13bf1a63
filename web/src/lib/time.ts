// Times as people read them: in their own zone and language, never without the zone when exact.

import { serverNow } from "@/api/client";

const exactFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const shortFormat = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const relativeFormat = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** `in 3 days`, `5 min. ago`. */
export function relative(iso: string, now = serverNow()): string {
  const seconds = (Date.parse(iso) - now) / 1_000;
  if (Number.isNaN(seconds)) return iso;
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relativeFormat.format(Math.trunc(seconds / size), unit);
  }
  return relativeFormat.format(Math.trunc(seconds), "second");
}

/** Date, time and zone of the browser, and the same moment in UTC. */
export function exact(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return `${exactFormat.format(date)} (${date.toISOString().replace(/\.\d+Z$/, "Z")})`;
}

/** Month, day and time. */
export function short(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : shortFormat.format(date);
}

/** The day. */
export function day(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : dayFormat.format(date);
}

/** Whole days until a moment, rounded up; negative after it. */
export function daysUntil(iso: string, now = serverNow()): number {
  return Math.ceil((Date.parse(iso) - now) / 86_400_000);
}

/** How urgent an end is. */
export function expiryTone(iso: string, now = serverNow()): "bad" | "warn" | "neutral" {
  const days = daysUntil(iso, now);
  if (days <= 7) return "bad";
  return days <= 30 ? "warn" : "neutral";
}

/** `1 d 4 h`, `35 s`, `120 ms`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const parts: [string, number][] = [
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
    ["s", 1],
  ];
  let seconds = Math.round(milliseconds / 1_000);
  const words: string[] = [];
  for (const [name, size] of parts) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count > 0) words.push(`${count} ${name}`);
  }
  return words.slice(0, 2).join(" ") || "0 s";
}

/** The value of a `datetime-local` field for a moment, in the zone of the browser. */
export function toLocalInput(iso: string | null | undefined): string {
  if (!iso) return "";
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The moment that a `datetime-local` field means. */
export function fromLocalInput(text: string): string | undefined {
  const date = new Date(text);
  return text && !Number.isNaN(date.getTime()) ? date.toISOString() : undefined;
}
