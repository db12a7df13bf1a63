import { useState, type ComponentType, type ReactNode } from "react";
import { useNavigate } from "react-router";
import type { Row } from "@/api/lists";
import type { Item } from "@/api/objects";
import {
  itemPath,
  kindKey,
  KINDS,
  titleOf,
  type KindItem,
  type KindPath,
  type ManagedKind,
} from "@/lib/kinds";
import { useCan } from "@/lib/session";
import { words } from "@/lib/words";
import { Button } from "./button";
import { DeleteButton } from "./delete-button";
import type { FilterSpec } from "./filters";
import { ObjectPage } from "./object-page";
import { PageHeader } from "./page";
import { Empty } from "./problem";
import { ResourceList } from "./resource-list";
import type { Column } from "./table";

/** What the dialog of a kind is told: which one to change, none for a new one. */
export interface FormProps<T> {
  id?: string;
  onClose: () => void;
  onDone?: (one: T) => void;
}

type ObjectOf<K extends ManagedKind> = Item<KindItem<K>>;
type RowOf<K extends ManagedKind> = Row<KindPath<K>>;

interface ListPageProps<K extends ManagedKind> {
  kind: K;
  columns: readonly Column<RowOf<K>>[];
  filters?: readonly FilterSpec[];
  subtitle?: ReactNode;
  /** Said when there is none yet. */
  hint?: ReactNode;
  Form: ComponentType<FormProps<ObjectOf<K>>>;
  /** Whether a new one is shown at once. */
  opens?: boolean;
  /** Parameters of the address that are not the list's. */
  keep?: readonly string[];
  /** Puts the list among other things. */
  frame?: (list: ReactNode) => ReactNode;
}

/** The page that lists a kind of object and creates new ones. */
export function ResourceListPage<K extends ManagedKind>(props: ListPageProps<K>) {
  const { kind, Form } = props;
  const frame = props.frame ?? ((list: ReactNode) => list);
  const { path, page, noun, plural, needs } = KINDS[kind];
  const can = useCan();
  const navigate = useNavigate();
  const [isCreating, setCreating] = useState(false);
  const create = can(needs) && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      New {noun}
    </Button>
  );
  const idOf = (one: unknown) => (one as { id: string }).id;
  return (
    <>
      <PageHeader title={titleOf(kind)} subtitle={props.subtitle} actions={create} />
      {frame(
        <ResourceList<KindPath<K>>
          path={path}
          noun={noun}
          plural={plural}
          columns={props.columns}
          filters={props.filters}
          keep={props.keep}
          rowLink={(one) => `${page}/${idOf(one)}`}
          empty={
            <Empty title={`No ${plural} yet`} action={create}>
              {props.hint}
            </Empty>
          }
        />,
      )}
      {isCreating && (
        <Form
          onClose={() => setCreating(false)}
          onDone={props.opens ? (one) => void navigate(`${page}/${idOf(one)}`) : undefined}
        />
      )}
    </>
  );
}

interface PageProps<K extends ManagedKind> {
  kind: K;
  Form: ComponentType<FormProps<ObjectOf<K>>>;
  badges?: (one: ObjectOf<K>) => ReactNode;
  /** Beside changing and deleting it. */
  actions?: (one: ObjectOf<K>) => ReactNode;
  /** What a deletion means, and what must go first. */
  deletion: (one: ObjectOf<K>) => ReactNode;
  mayEdit?: (one: ObjectOf<K>) => boolean;
  mayDelete?: (one: ObjectOf<K>) => boolean;
  children: (one: ObjectOf<K>) => ReactNode;
}

/** The page of one object, with what its role may do to it. */
export function ResourcePage<K extends ManagedKind>(props: PageProps<K>) {
  const { kind, Form, mayEdit = () => true, mayDelete = () => true } = props;
  const { page, noun, needs } = KINDS[kind];
  const can = useCan();
  const [isEditing, setEditing] = useState(false);
  const path = itemPath(kind);
  return (
    <ObjectPage
      path={path}
      queryKey={kindKey(kind)}
      noun={words(noun)}
      crumb={{ to: page, label: titleOf(kind) }}
      badges={props.badges}
      actions={(one) => {
        if (!can(needs)) return false;
        const { id, name } = one as unknown as { id: string; name: string };
        return (
          <>
            {props.actions?.(one)}
            {mayEdit(one) && <Button onClick={() => setEditing(true)}>Edit</Button>}
            {mayDelete(one) && (
              <DeleteButton noun={noun} name={name} id={id} path={path} queryKey={kindKey(kind)} to={page}>
                {props.deletion(one)}
              </DeleteButton>
            )}
            {isEditing && <Form id={id} onClose={() => setEditing(false)} />}
          </>
        );
      }}
    >
      {props.children}
    </ObjectPage>
  );
}
