import { Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useNavigate } from "react-router";
import { deleteItem, type ItemPath } from "@/api/objects";
import { useChange } from "@/lib/queries";
import { Button } from "./button";
import { Confirm } from "./dialog";
import { useToast } from "./toast";

/** Deletes an object after its name was typed, and goes back to the list. */
export function DeleteButton(props: {
  noun: string;
  name: string;
  id: string;
  path: ItemPath;
  queryKey: string;
  /** Where to go afterwards. */
  to: string;
  /** What it means. */
  children: ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  const navigate = useNavigate();
  const tell = useToast();
  const remove = useChange(
    () => deleteItem(props.path, props.id),
    [],
    () => {
      tell(`The ${props.noun} was deleted.`);
      void navigate(props.to);
    },
  );
  return (
    <>
      <Button variant="danger" icon={<Trash2 aria-hidden className="size-4" />} onClick={() => setOpen(true)}>
        Delete
      </Button>
      {isOpen && (
        <Confirm
          title={`Delete ${props.noun} ${props.name}`}
          action="Delete"
          danger
          typed={props.name}
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(undefined)}
          onClose={() => setOpen(false)}
        >
          {props.children}
        </Confirm>
      )}
    </>
  );
}
