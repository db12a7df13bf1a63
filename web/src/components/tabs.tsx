import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useSearchParams } from "react-router";

export interface Tab {
  id: string;
  label: ReactNode;
  content: () => ReactNode;
}

/** Tabs whose choice is part of the address. Only the chosen one is made. */
export function Tabs({ tabs, name = "tab", label }: { tabs: readonly Tab[]; name?: string; label: string }) {
  const [search, setSearch] = useSearchParams();
  const wanted = search.get(name);
  const active = tabs.find((tab) => tab.id === wanted) ?? tabs[0];
  if (!active) return null;
  const choose = (id: string) =>
    setSearch(
      (current) => {
        const next = new URLSearchParams(current);
        if (id === tabs[0]?.id) next.delete(name);
        else next.set(name, id);
        return next;
      },
      { replace: true },
    );
  return (
    <Radix.Root value={active.id} onValueChange={choose}>
      <Radix.List aria-label={label} className="mb-4 flex gap-1 overflow-x-auto border-b">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            className="-mb-px border-b-2 border-transparent px-3 py-2 text-[13px] font-medium whitespace-nowrap text-muted hover:text-ink data-[state=active]:border-brand data-[state=active]:text-ink"
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      <Radix.Content value={active.id} className="outline-offset-4">
        {active.content()}
      </Radix.Content>
    </Radix.Root>
  );
}
