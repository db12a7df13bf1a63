// Views of lists that people name: filters, order and tab, as the address holds them.

import { useCallback } from "react";
import { useSession } from "./session";
import { useStored } from "./stored";

export interface View {
  name: string;
  /** The part of the address behind the question mark. */
  search: string;
}

/** What of an address makes a view: everything but the page that one has come to. */
export function viewOf(search: URLSearchParams): string {
  const kept = new URLSearchParams(search);
  kept.delete("cursor");
  kept.sort();
  return kept.toString();
}

/** Views of one list, of the person who is signed in, in this browser. */
export function useViews(list: string) {
  const { session } = useSession();
  const [stored, setStored] = useStored<unknown>(`views.${session.identity}.${list}`, []);
  const views = Array.isArray(stored) ? stored.filter(isView) : [];
  const keep = useCallback(
    (next: readonly View[]) => setStored([...next].sort((a, b) => a.name.localeCompare(b.name))),
    [setStored],
  );
  return {
    views,
    /** Another view of the same name is replaced. */
    add: (view: View) => keep([...views.filter((one) => one.name !== view.name), view]),
    remove: (name: string) => keep(views.filter((one) => one.name !== name)),
  };
}

function isView(value: unknown): value is View {
  if (typeof value !== "object" || value === null) return false;
  const { name, search } = value as Partial<Record<keyof View, unknown>>;
  return typeof name === "string" && name !== "" && typeof search === "string";
}
