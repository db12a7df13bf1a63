import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { Notification } from "@/api/schema";
import * as client from "@/features/notifications/api";
import { Component as Notifications } from "@/features/notifications/list";
import { pageOf, refusal, serve, sessionOf, show } from "./server";

const ERROR =
  "the webhook answered 404 Not Found: no such hook, and it went on to explain at great length why that was";

function notification(extra: Partial<Notification>): Notification {
  return {
    id: "n-1",
    type: "RenewalFailure",
    severity: "warning",
    status: "sent",
    channel: "Slack",
    recipient: "#ops",
    subject: "www failed",
    message: "The renewal of www failed",
    certificate_id: "mc-www",
    resource_type: "certificate",
    resource_id: "mc-www",
    retry_count: 0,
    max_retries: 5,
    not_before: "2026-11-21T10:00:00Z",
    created_at: "2026-11-21T10:00:00Z",
    ...extra,
  };
}

const SENT = notification({ id: "n-sent", subject: "was sent", delivery: "delivered" });
const DEAD = notification({
  id: "n-dead",
  subject: "is dead",
  status: "dead",
  retry_count: 5,
  max_retries: 7,
  last_error: ERROR,
});
const SUMMARY = { notifications_dead: 1, total_certificates: 1, total_agents: 1 };

function open(extra: Parameters<typeof serve>[0] = {}) {
  const server = serve({
    "GET /api/v1/stats/summary": SUMMARY,
    "GET /api/v1/notifications": (asked: { query: URLSearchParams }) =>
      pageOf(asked.query.get("status") === "dead" ? [DEAD] : [SENT, DEAD]),
    ...extra,
  });
  return { server, ...show(<Notifications />, { path: "/notifications", pattern: "/notifications" }) };
}

describe("notifications", () => {
  it("have a tab for dead letters, which asks the server for the dead", async () => {
    const { server } = open();
    await screen.findByText("was sent");
    await userEvent.click(screen.getByRole("tab", { name: /Dead letter/ }));
    await waitFor(() => expect(server.asked.some((one) => one.query.get("status") === "dead")).toBe(true));
    expect(screen.getByRole("tab", { name: /Dead letter/ })).toHaveAttribute("aria-selected", "true");
  });

  it("never show rows of the other tab, not even for a moment", async () => {
    let release: (() => void) | undefined;
    open({
      "GET /api/v1/notifications": async (asked: { query: URLSearchParams }) => {
        if (asked.query.get("status") !== "dead") return pageOf([SENT]);
        await new Promise<void>((resolve) => (release = resolve));
        return pageOf([DEAD]);
      },
    });
    await screen.findByText("was sent");
    await userEvent.click(screen.getByRole("tab", { name: /Dead letter/ }));
    expect(screen.queryByText("was sent")).not.toBeInTheDocument();
    await waitFor(() => expect(release).toBeDefined());
    release?.();
    expect(await screen.findByText("is dead")).toBeInTheDocument();
  });

  it("keep an entry of the cache for each tab", async () => {
    const { queries } = open();
    await screen.findByText("was sent");
    await userEvent.click(screen.getByRole("tab", { name: /Dead letter/ }));
    await screen.findByText("is dead");
    const tabs = queries
      .getQueryCache()
      .findAll({ queryKey: ["notifications"] })
      .map((query) => query.queryKey[1]);
    expect(new Set(tabs)).toEqual(new Set(["all", "dead"]));
  });

  it("that are dead show how often they were tried, and the last error in full as a title", async () => {
    open();
    expect(await screen.findByText("Retry 5/7")).toBeInTheDocument();
    const error = screen.getByText(ERROR);
    expect(error).toHaveAttribute("title", ERROR);
    expect(error).toHaveClass("truncate");
  });

  it.each(["grouped", "list"])("are requeued by their id and nothing else, in the %s view", async (view) => {
    localStorage.setItem("certctl.notifications.view", JSON.stringify(view));
    const requeue = vi.spyOn(client, "requeueNotification").mockResolvedValue({ status: "requeued" });
    open();
    const row = (await screen.findByText("is dead")).closest("article");
    await userEvent.click(within(row!).getByRole("button", { name: "Requeue" }));
    await waitFor(() => expect(requeue).toHaveBeenCalledOnce());
    expect(requeue.mock.calls[0]).toStrictEqual(["n-dead"]);
    // What arrived is not delivered again.
    const sent = screen.getByText("was sent").closest("article");
    expect(within(sent!).queryByRole("button", { name: "Requeue" })).not.toBeInTheDocument();
  });

  it("say why they cannot be requeued", async () => {
    open({ "POST /api/v1/notifications/n-dead/requeue": refusal(409, "invalid_state") });
    const row = (await screen.findByText("is dead")).closest("article");
    await userEvent.click(within(row!).getByRole("button", { name: "Requeue" }));
    expect(await screen.findByText("It is invalid_state.")).toBeInTheDocument();
  });

  it("are requeued in bulk after a question", async () => {
    const { server } = open({ "POST /api/v1/notifications/requeue": { requeued: 1, more: false } });
    await userEvent.click(await screen.findByRole("tab", { name: /Dead letter/ }));
    await screen.findByText("is dead");
    await userEvent.click(screen.getByRole("button", { name: "Requeue all" }));
    const dialog = screen.getByRole("dialog");
    await userEvent.click(within(dialog).getByRole("button", { name: "Requeue" }));
    await waitFor(() =>
      expect(server.of("POST", "/api/v1/notifications/requeue")[0]?.body).toEqual({ status: "dead" }),
    );
  });

  it("tell delivery and reading apart", async () => {
    const { server } = open({ "POST /api/v1/notifications/n-sent/read": { status: "read" } });
    const row = (await screen.findByText("was sent")).closest("article");
    expect(within(row!).getByText("Sent")).toBeInTheDocument();
    expect(within(row!).getByText("Unread")).toBeInTheDocument();
    await userEvent.click(within(row!).getByRole("button", { name: "Mark read" }));
    await waitFor(() => expect(server.of("POST", "/api/v1/notifications/n-sent/read")).toHaveLength(1));
  });

  it("offer nothing to who may only look", async () => {
    serve({ "GET /api/v1/stats/summary": SUMMARY, "GET /api/v1/notifications": pageOf([DEAD]) });
    show(<Notifications />, { session: sessionOf("viewer", ["inventory.read", "notification.read"]) });
    await screen.findByText("is dead");
    expect(screen.queryByRole("button", { name: /Requeue|Mark read/ })).not.toBeInTheDocument();
  });
});
