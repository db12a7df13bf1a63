import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { makeQueryClient } from "@/lib/queries";
import { Login } from "@/shell/login";
import { Reauthentication } from "@/shell/reauthentication";
import { Component as Welcome } from "@/features/welcome/page";
import { TeamList } from "@/features/teams/pages";
import { dayLink } from "@/features/dashboard/heatmap";
import { changesOf } from "@/features/audit/detail";
import { effect } from "@/features/renewal-policies/values";
import { link } from "@/api/client";
import { pageOf, refusal, serve, sessionOf, show } from "./server";

describe("signing in", () => {
  it("takes a key with something in it, and says when it is not good", async () => {
    const server = serve({ "POST /api/v1/auth/session": refusal(401, "invalid_credential") });
    render(
      <QueryClientProvider client={makeQueryClient()}>
        <Login />
      </QueryClientProvider>,
    );
    const button = screen.getByRole("button", { name: "Sign in" });
    expect(button).toBeDisabled();
    await userEvent.type(screen.getByLabelText("API key"), "   ");
    expect(button).toBeDisabled();
    await userEvent.type(screen.getByLabelText("API key"), "ck_wrong ");
    await userEvent.click(button);
    expect(await screen.findByText("It is invalid_credential.")).toBeInTheDocument();
    expect(server.asked[0]?.body).toEqual({ api_key: "ck_wrong" });
  });

  it("again goes on where the page was", async () => {
    serve({ "POST /api/v1/auth/session": sessionOf("admin"), "GET /api/v1/teams": pageOf([]) });
    show(
      <>
        <TeamList />
        <Reauthentication />
      </>,
    );
    await screen.findByText("No teams yet");
    await waitFor(() => expect(link.onSignedOut).toBeDefined());
    link.onSignedOut?.();
    const dialog = await screen.findByRole("dialog", { name: "Your session has ended" });
    await userEvent.type(within(dialog).getByLabelText("API key"), "ck_1");
    await userEvent.click(within(dialog).getByRole("button", { name: "Sign in" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    expect(screen.getByText("No teams yet")).toBeInTheDocument();
    expect(link.csrfToken).toBe("csrf-1");
  });
});

describe("a list", () => {
  const teams = ["a", "b", "c"].map((id) => ({
    id: `t-${id}`,
    name: `Team ${id}`,
    description: "",
    created_at: "2026-11-21T10:00:00Z",
  }));

  it("says what to do when it is empty, and what went wrong when it fails", async () => {
    let fails = true;
    serve({ "GET /api/v1/teams": () => (fails ? refusal(500, "internal_error") : pageOf([])) });
    show(<TeamList />);
    expect(await screen.findByText("The teams cannot be shown")).toBeInTheDocument();
    expect(screen.getByText("request-1")).toBeInTheDocument();
    fails = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("No teams yet")).toBeInTheDocument();
  });

  it("pages by the server's cursor, forth and back", async () => {
    const server = serve({
      "GET /api/v1/teams": (asked: { query: URLSearchParams }) =>
        asked.query.get("cursor") === "next-1"
          ? pageOf(teams.slice(2))
          : pageOf(teams.slice(0, 2), { next_cursor: "next-1", total: 60 }),
    });
    const { router } = show(<TeamList />, { path: "/teams", pattern: "/teams" });
    await screen.findByText("Team a");
    expect(screen.getByRole("button", { name: "Previous page" })).toBeDisabled();
    await userEvent.click(screen.getByRole("button", { name: "Next page" }));
    await screen.findByText("Team c");
    expect(router.state.location.search).toBe("?cursor=next-1");
    await userEvent.click(screen.getByRole("button", { name: "Previous page" }));
    await screen.findByText("Team a");
    expect(server.asked.every((one) => one.query.get("per_page") === "50")).toBe(true);
  });

  it("opens a row by keyboard and moves between rows", async () => {
    serve({ "GET /api/v1/teams": pageOf(teams) });
    const { router } = show(<TeamList />, { path: "/teams", pattern: "/teams" });
    const row = (await screen.findByText("Team a")).closest("tr")!;
    row.focus();
    await userEvent.keyboard("j");
    expect(screen.getByText("Team b").closest("tr")).toHaveFocus();
    await userEvent.keyboard("{Enter}");
    expect(router.state.location.pathname).toBe("/teams/t-b");
  });

  it("offers nothing that the role may not do", async () => {
    serve({ "GET /api/v1/teams": pageOf([]) });
    show(<TeamList />, { session: sessionOf("viewer", ["inventory.read"]) });
    await screen.findByText("No teams yet");
    expect(screen.queryByRole("button", { name: "New team" })).not.toBeInTheDocument();
  });
});

describe("the guide to a first certificate", () => {
  it("goes on only when a step is done", async () => {
    const agents: object[] = [];
    serve({
      "GET /api/v1/issuers": pageOf([
        { id: "iss-local", name: "Local CA", test_status: "untested", enabled: true },
      ]),
      "GET /api/v1/agents": () => pageOf(agents),
      "POST /api/v1/agents/enrolment-tokens": { token: "cet_once", expires_at: "2030-01-01T00:00:00Z" },
      "GET /api/v1/targets": pageOf([]),
    });
    const { queries } = show(<Welcome />);
    await userEvent.click(await screen.findByRole("button", { name: "Go on with Local CA" }));
    expect(await screen.findByText(/--token cet_once/)).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Go on" })).toBeDisabled();
    agents.push({
      id: "agent-1",
      name: "web-1",
      hostname: "web-1",
      status: "Online",
      registered_at: "2031-01-01T00:00:00Z",
    });
    await queries.invalidateQueries({ queryKey: ["agents"] });
    expect(await screen.findByText(/has enrolled/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Go on" }));
    expect(await screen.findByText("Where the certificate goes")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Go on" })).toBeDisabled();
    expect(screen.getByText("Target").closest("li")).toHaveAttribute("aria-current", "step");
  });
});

describe("small things", () => {
  it("a day of the calendar leads to exactly the certificates that end on it", () => {
    expect(dayLink("2026-12-01")).toBe(
      "/certificates?expires_after=2026-11-30T23:59:59.999Z&expires_before=2026-12-02&sort=expires_at",
    );
  });

  it("an audit event says what changed, field by field", () => {
    expect(changesOf({ before: { a: 1, b: "x" }, after: { a: 2, b: "x", c: true } })).toEqual([
      { name: "a", before: "1", after: "2" },
      { name: "c", before: "—", after: "true" },
    ]);
    expect(changesOf({ name: "x" })).toEqual([]);
  });

  it("a renewal policy never begins before the last third", () => {
    expect(effect({ renewal_window_days: 30, renewal_window_fraction: null }, 47)).toBeCloseTo(15.67, 1);
    expect(effect({ renewal_window_days: 30, renewal_window_fraction: 0.5 }, 90)).toBe(45);
  });
});
