import type { ReactNode } from "react";
import { useParams } from "react-router";
import { useItem, type Item, type ReadPath } from "@/api/objects";
import { Code } from "./copy";
import { PageHeader } from "./page";
import { Problem, Skeleton } from "./problem";

/** A page about one object: its head, and what is below once it was read. */
export function ObjectPage<P extends ReadPath>(props: {
  path: P;
  queryKey: string;
  noun: string;
  crumb: { to: string; label: string };
  badges?: (one: Item<P>) => ReactNode;
  actions?: (one: Item<P>) => ReactNode;
  children: (one: Item<P>) => ReactNode;
}) {
  const { id = "" } = useParams();
  const item = useItem(props.queryKey, props.path, id);
  if (item.isError) {
    return (
      <>
        <PageHeader title={props.noun} crumbs={[props.crumb]} />
        <Problem error={item.error} onRetry={() => void item.refetch()} />
      </>
    );
  }
  if (!item.data) return <Skeleton lines={8} />;
  const one = item.data;
  const { name } = one as unknown as { name: string };
  return (
    <>
      <PageHeader
        title={name}
        crumbs={[props.crumb]}
        heading={
          <>
            <span className="break-words">{name}</span>
            {props.badges?.(one)}
          </>
        }
        subtitle={<Code text={id} />}
        actions={props.actions?.(one)}
      />
      {props.children(one)}
    </>
  );
}
