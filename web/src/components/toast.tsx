import { CheckCircle2, X } from "lucide-react";
import { createContext, use, useCallback, useMemo, useRef, useState, type ReactNode } from "react";

interface Toast {
  id: number;
  text: ReactNode;
}

const Context = createContext<(text: ReactNode) => void>(() => undefined);

/** Says that something worked. What did not work is said where it happened. */
export function useToast(): (text: ReactNode) => void {
  return use(Context);
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const last = useRef(0);
  const drop = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const tell = useCallback(
    (text: ReactNode) => {
      last.current += 1;
      const id = last.current;
      setToasts((all) => [...all.slice(-2), { id, text }]);
      setTimeout(() => drop(id), 6_000);
    },
    [drop],
  );
  const list = useMemo(() => toasts, [toasts]);
  return (
    <Context value={tell}>
      {children}
      <div
        role="status"
        aria-live="polite"
        className="fixed right-4 bottom-4 z-50 flex max-w-sm flex-col gap-2"
      >
        {list.map((toast) => (
          <div
            key={toast.id}
            className="flex items-start gap-2 rounded-lg border bg-raised px-3 py-2.5 text-[13px] shadow-pop"
          >
            <CheckCircle2 aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />
            <div className="min-w-0 flex-1 break-words">{toast.text}</div>
            <button
              type="button"
              aria-label="Dismiss"
              onClick={() => drop(toast.id)}
              className="rounded p-0.5 text-muted hover:bg-hover"
            >
              <X aria-hidden className="size-3.5" />
            </button>
          </div>
        ))}
      </div>
    </Context>
  );
}
