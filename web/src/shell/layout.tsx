import { useQuery } from "@tanstack/react-query";
import { LogOut, Menu as MenuIcon, Moon, Search, Sun, SunMoon, X } from "lucide-react";
import { Suspense, useEffect, useState } from "react";
import { NavLink, Outlet, useLocation, useNavigation } from "react-router";
import { api, call } from "@/api/client";
import { Badge } from "@/components/badge";
import { Button, IconButton } from "@/components/button";
import { Menu, MenuItem, MenuLabel, MenuLine } from "@/components/menu";
import { Problem, Skeleton } from "@/components/problem";
import { ToastProvider } from "@/components/toast";
import { cx } from "@/lib/cx";
import { useConnection, type Connection } from "@/lib/live";
import { useSession } from "@/lib/session";
import { useTheme } from "@/lib/theme";
import { useChange } from "@/lib/queries";
import { words } from "@/lib/words";
import { Mark } from "./mark";
import { NAVIGATION } from "./navigation";
import { Palette } from "./palette";
import { useShellCounts } from "./counts";

/** What surrounds every page. */
export function Layout() {
  return (
    // What is told may hold links, so it stands inside the router.
    <ToastProvider>
      <Frame />
    </ToastProvider>
  );
}

function Frame() {
  const [isOpen, setOpen] = useState(false);
  const [isSearching, setSearching] = useState(false);
  const { pathname } = useLocation();
  const [seen, setSeen] = useState(pathname);
  if (seen !== pathname) {
    setSeen(pathname);
    setOpen(false);
  }
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "k" && (event.metaKey || event.ctrlKey)) {
        event.preventDefault();
        setSearching(true);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const isMoving = useNavigation().state === "loading";
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[220px_1fr]">
      <a
        href="#content"
        className="sr-only z-50 rounded bg-brand px-3 py-2 text-on-brand focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b bg-surface px-3 lg:hidden">
        <IconButton
          label="Open the menu"
          aria-expanded={isOpen}
          icon={<MenuIcon aria-hidden className="size-5" />}
          onClick={() => setOpen(true)}
        />
        <Mark className="size-6" />
        <span className="font-semibold">certctl</span>
        <IconButton
          label="Search"
          className="ml-auto"
          icon={<Search aria-hidden className="size-4.5" />}
          onClick={() => setSearching(true)}
        />
      </header>
      {isOpen && (
        <div
          aria-hidden
          className="fixed inset-0 z-30 bg-black/40 lg:hidden"
          onClick={() => setOpen(false)}
        />
      )}
      <aside
        className={cx(
          "fixed inset-y-0 left-0 z-40 w-60 flex-col border-r bg-surface lg:sticky lg:top-0 lg:z-10 lg:flex lg:h-dvh lg:w-auto",
          isOpen ? "flex" : "hidden",
        )}
      >
        <Sidebar onSearch={() => setSearching(true)} onClose={() => setOpen(false)} />
      </aside>
      <main id="content" tabIndex={-1} className="min-w-0 px-3 py-4 outline-none sm:px-6 sm:py-5">
        <div
          role="progressbar"
          aria-label="Loading the page"
          aria-hidden={!isMoving}
          className={cx(
            "fixed inset-x-0 top-0 z-50 h-0.5 bg-brand transition-opacity",
            !isMoving && "opacity-0",
          )}
        />
        <div className="mx-auto max-w-[1500px]">
          <Suspense fallback={<Skeleton lines={6} />}>
            <Outlet />
          </Suspense>
        </div>
      </main>
      {isSearching && <Palette onClose={() => setSearching(false)} />}
    </div>
  );
}

function Sidebar({ onSearch, onClose }: { onSearch: () => void; onClose: () => void }) {
  const { can } = useSession();
  const counts = useShellCounts();
  return (
    <>
      <div className="flex h-13 items-center gap-2.5 px-4">
        <Mark className="size-7" />
        <div className="leading-tight">
          <div className="font-semibold">certctl</div>
        </div>
        <IconButton
          label="Close the menu"
          className="ml-auto lg:hidden"
          icon={<X aria-hidden className="size-4" />}
          onClick={onClose}
        />
      </div>
      <div className="px-3 pb-2">
        <button
          type="button"
          onClick={onSearch}
          className="flex h-8 w-full items-center gap-2 rounded-md border bg-page px-2 text-[12.5px] text-muted hover:border-line-strong"
        >
          <Search aria-hidden className="size-3.5" />
          Search
          <kbd className="ml-auto rounded border bg-surface px-1 font-sans text-[11px]">
            {/mac/i.test(navigator.userAgent) ? "⌘" : "Ctrl"} K
          </kbd>
        </button>
      </div>
      <nav aria-label="Main" className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
        {NAVIGATION.map((group) => {
          const items = group.items.filter((item) => can(item.needs));
          if (items.length === 0) return null;
          return (
            <div key={group.label} className="mt-2.5">
              {group.label !== "Overview" && (
                <h2 className="px-2 pb-0.5 text-[11px] font-medium tracking-wide text-muted">
                  {group.label}
                </h2>
              )}
              <ul>
                {items.map((item) => {
                  const number = item.badge ? counts[item.badge] : 0;
                  return (
                    <li key={item.to}>
                      <NavLink
                        to={item.to}
                        end={item.to === "/"}
                        className={({ isActive }) =>
                          cx(
                            "flex h-7.5 items-center gap-2 rounded-md px-2 text-[13px]",
                            isActive
                              ? "bg-brand-soft font-medium text-brand-strong"
                              : "text-ink hover:bg-hover",
                          )
                        }
                      >
                        <item.icon aria-hidden className="size-4 shrink-0 opacity-80" />
                        <span className="truncate">{item.label}</span>
                        {number > 0 && (
                          <span className="ml-auto">
                            <Badge tone={item.badge === "dead" ? "bad" : "warn"}>
                              {number.toLocaleString()}
                            </Badge>
                          </span>
                        )}
                      </NavLink>
                    </li>
                  );
                })}
              </ul>
            </div>
          );
        })}
      </nav>
      <Foot />
    </>
  );
}

const CONNECTIONS: Readonly<Record<Connection, { dot: string; text: string }>> = {
  live: { dot: "bg-ok", text: "Live" },
  connecting: { dot: "bg-warn", text: "Connecting" },
  polling: { dot: "bg-warn", text: "Reconnecting; read again every 15 s" },
  paused: { dot: "bg-muted", text: "Paused" },
};

function Foot() {
  const { session, signOut } = useSession();
  const connection = CONNECTIONS[useConnection()];
  const version = useQuery({
    queryKey: ["version"],
    queryFn: () => call(api.GET("/api/v1/version")),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [theme, setTheme] = useTheme();
  const leaving = useChange(signOut, []);
  const themes = [
    { id: "light", label: "Light", icon: Sun },
    { id: "dark", label: "Dark", icon: Moon },
    { id: "system", label: "Like the system", icon: SunMoon },
  ] as const;
  return (
    <div className="border-t p-2 text-[12.5px]">
      {leaving.isError && <Problem error={leaving.error} />}
      <Menu
        align="start"
        trigger={
          <Button variant="ghost" className="h-auto w-full justify-start px-2 py-1.5 text-left">
            <span
              aria-hidden
              className="grid size-7 shrink-0 place-items-center rounded-full bg-brand-soft text-[12px] font-semibold text-brand-strong uppercase"
            >
              {session.user.slice(0, 1)}
            </span>
            <span className="min-w-0 leading-tight">
              <span className="block truncate text-ink">{session.user}</span>
              <span className="block text-[11.5px] font-normal">
                {session.role ? words(session.role) : "No role"}
              </span>
            </span>
          </Button>
        }
      >
        <MenuLabel>Appearance</MenuLabel>
        {themes.map((one) => (
          <MenuItem key={one.id} onSelect={() => setTheme(one.id)}>
            <one.icon aria-hidden className="size-4" />
            {one.label}
            {theme === one.id && <span className="ml-auto">✓</span>}
          </MenuItem>
        ))}
        {session.console && (
          <>
            <MenuLine />
            <MenuItem onSelect={() => leaving.mutate(undefined)}>
              <LogOut aria-hidden className="size-4" />
              Sign out
            </MenuItem>
          </>
        )}
      </Menu>
      <div className="mt-1 flex items-center gap-1.5 px-2 text-[11.5px] text-muted">
        <span aria-hidden className={cx("size-1.5 rounded-full", connection.dot)} />
        <span role="status" className="truncate" title={connection.text}>
          {connection.text}
        </span>
        {version.data && (
          <span className="ml-auto" title={version.data.commit}>
            v{version.data.version}
          </span>
        )}
      </div>
    </div>
  );
}
