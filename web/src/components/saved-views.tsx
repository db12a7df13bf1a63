import { Bookmark, Check, Link2, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";
import { useViews, viewOf, type View } from "@/lib/views";
import { Button, IconButton } from "./button";
import { Dialog } from "./dialog";
import { TextField } from "./form";
import { Menu, MenuItem, MenuLabel, MenuLine } from "./menu";
import { useToast } from "./toast";

/** Views of this list by name: to open, to save, to send to somebody. */
export function SavedViews({ path, noun }: { path: string; noun: string }) {
  const { views, add, remove } = useViews(path);
  const [search] = useSearchParams();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const tell = useToast();
  const [open, setOpen] = useState<"save" | "remove">();
  const current = viewOf(search);
  const copy = async () => {
    const url = `${location.origin}${pathname}${current && `?${current}`}`;
    try {
      await navigator.clipboard.writeText(url);
      tell("The link to this view is copied.");
    } catch {
      tell("The browser does not let the link be copied; take it from the address bar.");
    }
  };
  return (
    <>
      <Menu trigger={<IconButton label="Saved views" icon={<Bookmark aria-hidden className="size-4" />} />}>
        <MenuLabel>{views.length === 0 ? `No views of ${noun} are saved yet` : `Views of ${noun}`}</MenuLabel>
        {views.map((view) => (
          <MenuItem key={view.name} onSelect={() => void navigate({ search: view.search })}>
            <span className="max-w-64 truncate">{view.name}</span>
            {view.search === current && <Check aria-label="Shown now" className="ml-auto size-3.5" />}
          </MenuItem>
        ))}
        <MenuLine />
        <MenuItem onSelect={() => setOpen("save")}>
          <Plus aria-hidden className="size-4" /> Save this view
        </MenuItem>
        <MenuItem onSelect={() => void copy()}>
          <Link2 aria-hidden className="size-4" /> Copy the link to this view
        </MenuItem>
        {views.length > 0 && (
          <MenuItem onSelect={() => setOpen("remove")}>
            <Trash2 aria-hidden className="size-4" /> Remove views
          </MenuItem>
        )}
      </Menu>
      {open === "save" && (
        <SaveView
          known={views}
          onSave={(name) => {
            add({ name, search: current });
            tell(`The view ${name} is saved in this browser.`);
            setOpen(undefined);
          }}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === "remove" && (
        <Dialog title={`Views of ${noun}`} onClose={() => setOpen(undefined)}>
          <ul className="divide-y text-[13px]">
            {views.map((view) => (
              <li key={view.name} className="flex items-center justify-between gap-3 py-1.5">
                <span className="min-w-0 truncate">{view.name}</span>
                <IconButton
                  small
                  label={`Remove the view ${view.name}`}
                  icon={<Trash2 aria-hidden className="size-3.5" />}
                  onClick={() => remove(view.name)}
                />
              </li>
            ))}
          </ul>
          {views.length === 0 && <p className="text-[13px] text-muted">None is left.</p>}
        </Dialog>
      )}
    </>
  );
}

const LONGEST = 60;

function SaveView(props: { known: readonly View[]; onSave: (name: string) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const wanted = name.trim();
  const isKnown = props.known.some((view) => view.name === wanted);
  const isLong = wanted.length > LONGEST;
  const isReady = wanted !== "" && !isLong;
  return (
    <Dialog
      title="Save this view"
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" disabled={!isReady} onClick={() => props.onSave(wanted)}>
            {isKnown ? "Replace" : "Save"}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) props.onSave(wanted);
        }}
      >
        <TextField
          label="Name"
          required
          value={name}
          onChange={setName}
          hint={
            isKnown ? "A view of this name is replaced." : "Filters, order and tab are saved in this browser."
          }
          error={isLong ? `At most ${LONGEST} letters` : undefined}
        />
      </form>
    </Dialog>
  );
}
