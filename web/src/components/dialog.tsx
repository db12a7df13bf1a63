import { X } from "lucide-react";
import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import { cx } from "@/lib/cx";
import { Button, IconButton } from "./button";
import { Problem } from "./problem";

interface DialogProps {
  title: string;
  /** Called by Escape, the cross and the cancel button; a click beside it closes nothing. */
  onClose: () => void;
  children: ReactNode;
  /** Buttons at its end. */
  actions?: ReactNode;
  wide?: boolean;
  /** Whether what was typed would be lost: closing asks first. */
  isDirty?: boolean;
}

/** A modal dialog: the browser's own, which keeps the focus inside and gives it back. */
export function Dialog({ title, onClose, children, actions, wide = false, isDirty = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const [isAsking, setAsking] = useState(false);
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  const close = () => (isDirty && !isAsking ? setAsking(true) : onClose());
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      className={cx(
        "max-h-[min(90dvh,900px)] w-[calc(100vw-24px)] overflow-hidden rounded-xl border bg-raised p-0 shadow-pop",
        wide ? "max-w-3xl" : "max-w-lg",
      )}
    >
      <div className="flex max-h-[inherit] flex-col">
        <header className="flex items-center justify-between gap-3 border-b px-4 py-2.5">
          <h2 id={heading} className="text-[15px] font-semibold">
            {title}
          </h2>
          <IconButton label="Close" icon={<X aria-hidden className="size-4" />} onClick={close} small />
        </header>
        <div className="overflow-y-auto px-4 py-4">{children}</div>
        {isAsking ? (
          <footer className="flex flex-wrap items-center justify-end gap-2 border-t bg-warn-soft px-4 py-2.5">
            <span role="alert" className="mr-auto text-[13px] text-warn">
              What you typed would be lost.
            </span>
            <Button onClick={() => setAsking(false)}>Keep editing</Button>
            <Button variant="danger" onClick={onClose}>
              Discard
            </Button>
          </footer>
        ) : (
          actions && (
            <footer className="flex flex-wrap justify-end gap-2 border-t px-4 py-2.5">{actions}</footer>
          )
        )}
      </div>
    </dialog>
  );
}

/** Something to type before a button works, and whether it was. */
export function Typed({ text, onChange }: { text: string; onChange: (isTyped: boolean) => void }) {
  const [typed, setTyped] = useState("");
  const field = useId();
  return (
    <label htmlFor={field} className="block space-y-1">
      <span>
        Type <code className="rounded bg-neutral-soft px-1 font-mono">{text}</code> to go on
      </span>
      <input
        id={field}
        className="field font-mono"
        value={typed}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setTyped(event.target.value);
          onChange(event.target.value === text);
        }}
      />
    </label>
  );
}

interface ConfirmProps {
  title: string;
  children: ReactNode;
  /** What the button says. */
  action: string;
  /** What must be typed before the button works; nothing when absent. */
  typed?: string;
  danger?: boolean;
  wide?: boolean;
  busy?: boolean;
  error?: unknown;
  disabled?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function Confirm(props: ConfirmProps) {
  const [isTyped, setTyped] = useState(false);
  const ready = (!props.typed || isTyped) && !props.disabled;
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      wide={props.wide}
      actions={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button
            variant={props.danger ? "danger" : "primary"}
            busy={props.busy}
            disabled={!ready}
            onClick={props.onConfirm}
          >
            {props.action}
          </Button>
        </>
      }
    >
      <div className="space-y-3 text-[13px]">
        {props.children}
        {props.typed && <Typed text={props.typed} onChange={setTyped} />}
        {props.error !== undefined && props.error !== null && <Problem error={props.error} />}
      </div>
    </Dialog>
  );
}
