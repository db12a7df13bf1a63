import { StatusBadge } from "./badge";
import { Fact, TextLink } from "./page";
import type { Column } from "./table";
import { Time } from "./time";

interface Named {
  id: string;
  name: string;
}

/** The first column: the name, linked to the page; below it, what else tells it apart. */
export function nameColumn<T extends Named>(
  header: string,
  page: string,
  below?: (one: T) => string | undefined,
): Column<T> {
  return {
    id: "name",
    header,
    fixed: true,
    csv: (one) => one.name,
    cell: (one) => {
      const text = below?.(one);
      const link = <TextLink to={`${page}/${one.id}`}>{one.name}</TextLink>;
      if (!text) return link;
      return (
        <div>
          {link}
          <div className="max-w-80 truncate text-[12px] text-muted" title={text}>
            {text}
          </div>
        </div>
      );
    },
  };
}

/** A text that may be empty. */
export function textColumn<T>(
  id: string,
  header: string,
  text: (one: T) => string | null | undefined,
): Column<T> {
  return { id, header, csv: text, cell: (one) => text(one) || "—" };
}

/** When it was created. */
export function createdColumn<T extends { created_at: string }>(): Column<T> {
  return {
    id: "created",
    header: "Created",
    csv: (one) => one.created_at,
    cell: (one) => <Time at={one.created_at} />,
  };
}

/** Whether it is switched on. */
export function enabledColumn<T extends { enabled: boolean }>(): Column<T> {
  return {
    id: "state",
    header: "State",
    csv: (one) => one.enabled,
    cell: (one) => <Enabled one={one} />,
  };
}

/** Whether something is switched on. */
export function Enabled({ one }: { one: { enabled: boolean } }) {
  return <StatusBadge status={one.enabled ? "Enabled" : "Disabled"} />;
}

/** What can be seen elsewhere. */
export function LinkFact({ name, to, text = "Show them" }: { name: string; to: string; text?: string }) {
  return (
    <Fact name={name}>
      <TextLink to={to}>{text}</TextLink>
    </Fact>
  );
}

/** When it was created and changed. */
export function TimeFacts({ one }: { one: { created_at: string; updated_at: string } }) {
  return (
    <>
      <Fact name="Created">
        <Time at={one.created_at} />
      </Fact>
      <Fact name="Changed">
        <Time at={one.updated_at} />
      </Fact>
    </>
  );
}
