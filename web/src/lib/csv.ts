// Tables as files.

/** One field: quoted where needed, and never a formula for whoever opens it in a spreadsheet. */
export function csvField(value: unknown): string {
  const text =
    typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value);
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r;]/.test(harmless) || harmless !== text ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Rows with a heading. */
export function csv(heading: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return [heading, ...rows].map((row) => row.map(csvField).join(",")).join("\r\n") + "\r\n";
}

/** Lets the browser save a file. */
export function save(name: string, content: Blob | string, type = "text/csv;charset=utf-8"): void {
  const blob = typeof content === "string" ? new Blob([content], { type }) : content;
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
