import { Download as Icon } from "lucide-react";
import { fetchBlob } from "@/api/client";
import type { ListQuery } from "@/api/lists";
import { csv, save } from "@/lib/csv";
import { useChange } from "@/lib/queries";
import { IconButton } from "./button";
import { Dialog } from "./dialog";
import { Menu, MenuItem } from "./menu";
import { Problem } from "./problem";
import type { Column } from "./table";

interface DownloadProps<T> {
  /** What the rows are; the file is called so. */
  name: string;
  /** Those that are shown. */
  columns: readonly Column<T>[];
  rows: readonly T[];
  total: number | undefined;
  /** Where the server gives everything, and what it is asked. */
  whole?: { path: string; query: ListQuery };
}

const FORMATS = { csv: "CSV", jsonl: "JSON lines" } as const;
type Format = keyof typeof FORMATS;

/** Rows of a list as a file: what is shown, and, where the server can, everything that matches. */
export function Download<T>(props: DownloadProps<T>) {
  const { rows, whole, total } = props;
  const file = props.name.replaceAll(" ", "-");
  const fetched = useChange(
    async (format: Format) => {
      const query = new URLSearchParams({ format });
      for (const [name, value] of Object.entries(whole?.query ?? {}))
        if (value !== undefined) query.set(name, String(value));
      return { format, blob: await fetchBlob(`${whole?.path ?? ""}?${query.toString()}`) };
    },
    [],
    ({ format, blob }) => save(`${file}.${format}`, blob),
  );
  const saveShown = () => {
    const columns = props.columns.filter((column) => column.csv);
    const text = csv(
      columns.map((column) => column.header),
      rows.map((row) => columns.map((column) => column.csv?.(row))),
    );
    save(`${file}.csv`, text);
  };
  const icon = <Icon aria-hidden className="size-4" />;
  if (!whole) {
    return (
      <IconButton
        label="Save what is shown as CSV"
        icon={icon}
        onClick={saveShown}
        disabled={rows.length === 0}
      />
    );
  }
  return (
    <>
      <Menu
        trigger={
          <IconButton
            label="Save as a file"
            icon={icon}
            busy={fetched.isPending}
            disabled={rows.length === 0}
          />
        }
      >
        <MenuItem onSelect={saveShown}>The {rows.length.toLocaleString()} shown, as CSV</MenuItem>
        {(Object.keys(FORMATS) as Format[]).map((format) => (
          <MenuItem key={format} onSelect={() => fetched.mutate(format)}>
            All {total?.toLocaleString()} that match, as {FORMATS[format]}
          </MenuItem>
        ))}
      </Menu>
      {fetched.isError && (
        <Dialog title="The file was not saved" onClose={fetched.reset}>
          <Problem error={fetched.error} />
        </Dialog>
      )}
    </>
  );
}
