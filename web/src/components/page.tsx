import { ChevronRight } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { Link } from "react-router";
import { cx } from "@/lib/cx";

/** The head of a page: where one is, what it is, and what can be done with it. */
export function PageHeader(props: {
  title: string;
  /** Shown instead of the plain title, for example with a status. */
  heading?: ReactNode;
  subtitle?: ReactNode;
  /** The way here. */
  crumbs?: readonly { to: string; label: string }[];
  actions?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${props.title} · certctl`;
  }, [props.title]);
  return (
    <header className="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        {props.crumbs && (
          <nav aria-label="Breadcrumbs" className="mb-0.5 flex items-center gap-1 text-[12.5px] text-muted">
            {props.crumbs.map((crumb) => (
              <span key={crumb.to} className="flex items-center gap-1">
                <Link to={crumb.to} className="hover:text-ink hover:underline">
                  {crumb.label}
                </Link>
                <ChevronRight aria-hidden className="size-3" />
              </span>
            ))}
          </nav>
        )}
        <h1 className="flex flex-wrap items-center gap-2.5 text-[20px] leading-tight font-semibold break-words">
          {props.heading ?? props.title}
        </h1>
        {props.subtitle && <div className="mt-1 text-[13px] text-muted">{props.subtitle}</div>}
      </div>
      {props.actions && <div className="flex flex-wrap gap-2">{props.actions}</div>}
    </header>
  );
}

/** A box with a heading. */
export function Card(props: {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  flush?: boolean;
}) {
  return (
    <section className={cx("card min-w-0", props.className)}>
      {props.title && (
        <header className="flex min-h-10 items-center justify-between gap-3 border-b px-4 py-1.5">
          <h2 className="text-[13.5px] font-semibold">{props.title}</h2>
          {props.actions}
        </header>
      )}
      <div className={props.flush ? "" : "p-4"}>{props.children}</div>
    </section>
  );
}

/** Names and values. */
export function Facts({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-[minmax(110px,auto)_1fr] gap-x-5 gap-y-2 text-[13px] max-sm:grid-cols-1 max-sm:gap-y-0.5">
      {children}
    </dl>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted max-sm:mt-2">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

/** A link within the console, as it looks in text and tables. */
export function TextLink({ to, children, title }: { to: string; children: ReactNode; title?: string }) {
  return (
    <Link to={to} title={title} className="text-brand [overflow-wrap:anywhere] hover:underline">
      {children}
    </Link>
  );
}
