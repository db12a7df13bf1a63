import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Operation, Permission } from "@/api/schema";
import { BulkActions } from "@/features/certificates/bulk";
import { OperationPage } from "@/features/operations/pages";
import { setOf } from "@/features/operations/set";
import { pageOf, refusal, serve, sessionOf, show, type Asked } from "./server";

const EVIL = "<img src=x onerror=alert(1)>";

function operation(changes: object = {}): Operation {
  return {
    id: "op-1",
    kind: "bulk_revoke",
    state: "running",
    dry_run: false,
    criteria: {},
    parameters: { reason: "superseded" },
    requested_by: "alice",
    total_matched: 3,
    total_done: 0,
    total_skipped: 0,
    total_failed: 0,
    progress: 0,
    created_at: "2026-11-21T10:00:00Z",
    errors: [],
    ...changes,
  } as unknown as Operation;
}

const names = Object.fromEntries(
  ["owners", "teams", "issuers", "profiles", "agents"].map((name) => [
    `GET /api/v1/${name}`,
    pageOf([{ id: "t-old", name: "Old team" }]),
  ]),
);
const BULK = "/api/v1/certificates/bulk-revoke";

describe("revoking many", () => {
  const context = { ids: ["mc-1", "mc-2"], filters: {}, total: 40, clear: () => undefined };
  const choose = async () => {
    await userEvent.click(screen.getByRole("button", { name: "Revoke" }));
    await userEvent.selectOptions(screen.getByLabelText(/^Reason/), "superseded");
    await userEvent.click(screen.getByRole("button", { name: "Show what would happen" }));
  };

  it("shows what would happen, wants the number typed, and does exactly that", async () => {
    const looked = operation({ dry_run: true, state: "completed", total_matched: 2, total_skipped: 1 });
    const server = serve({
      ...names,
      [`POST ${BULK}`]: (asked: Asked) =>
        (asked.body as { dry_run: boolean }).dry_run ? looked : operation({ id: "op-2" }),
      "GET /api/v1/operations/op-1": looked,
    });
    const { router } = show(<BulkActions {...context} />, {
      path: "/certificates",
      pattern: "/certificates",
    });
    await userEvent.click(screen.getByRole("button", { name: "Revoke" }));
    expect(screen.getByRole("button", { name: "Show what would happen" })).toBeDisabled();
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await choose();
    const button = await screen.findByRole("button", { name: "Revoke 1 certificate" });
    expect(button).toBeDisabled();
    await userEvent.type(screen.getByLabelText(/Type 1 to go on/), "1");
    expect(button).toBeEnabled();
    // Another reason is another operation, which nobody has seen yet.
    await userEvent.selectOptions(screen.getByLabelText(/^Reason/), "keyCompromise");
    expect(screen.queryByRole("button", { name: "Revoke 1 certificate" })).not.toBeInTheDocument();
    await userEvent.selectOptions(screen.getByLabelText(/^Reason/), "superseded");
    await userEvent.type(await screen.findByLabelText(/Type 1 to go on/), "1");
    await userEvent.click(await screen.findByRole("button", { name: "Revoke 1 certificate" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/operations/op-2"));
    expect(server.of("POST", BULK).at(-1)?.body).toEqual({
      certificate_ids: ["mc-1", "mc-2"],
      reason: "superseded",
      dry_run: false,
      expected_count: 2,
    });
  });

  it("by the filters of the list holds to the number that was shown", async () => {
    const looked = operation({ dry_run: true, state: "completed", total_matched: 40 });
    const server = serve({
      ...names,
      [`POST ${BULK}`]: (asked: Asked) =>
        (asked.body as { dry_run: boolean }).dry_run ? looked : refusal(409, "count_mismatch"),
      "GET /api/v1/operations/op-1": looked,
    });
    show(<BulkActions {...context} filters={{ team_id: "t-old" }} />);
    await userEvent.click(screen.getByRole("button", { name: "Revoke" }));
    await userEvent.click(screen.getByRole("radio", { name: /All 40 that match the filters: team/ }));
    await userEvent.selectOptions(screen.getByLabelText(/^Reason/), "superseded");
    await userEvent.click(screen.getByRole("button", { name: "Show what would happen" }));
    await userEvent.type(await screen.findByLabelText(/Type 40 to go on/), "40");
    await userEvent.click(screen.getByRole("button", { name: "Revoke 40 certificates" }));
    // What was shown does not hold any more, so it is shown anew before anything is done.
    expect(await screen.findByText("It is count_mismatch.")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Show what would happen" })).toBeInTheDocument();
    expect(server.of("POST", BULK).map((one) => one.body)).toEqual([
      { team_id: "t-old", reason: "superseded", dry_run: true, expected_count: null },
      { team_id: "t-old", reason: "superseded", dry_run: false, expected_count: 40 },
    ]);
  });

  it("is not offered by filters that an operation does not know", () => {
    expect(setOf(["mc-1"], { q: "shop", team_id: "t-old" }, 40).matching).toBeUndefined();
    expect(setOf(["mc-1"], {}, 40).matching).toBeUndefined();
    expect(setOf(["mc-1"], { team_id: "t-old" }, 40).matching).toEqual({ team_id: "t-old" });
  });

  it("is for administrators", () => {
    serve(names);
    show(<BulkActions {...context} />, {
      session: sessionOf("operator", ["inventory.read", "certificate.write", "certificate.revoke"]),
    });
    expect(screen.getByRole("button", { name: "Give to another owner" })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Revoke" })).not.toBeInTheDocument();
  });
});

describe("an operation", () => {
  const open = (permissions?: Permission[]) =>
    show(<OperationPage />, {
      path: "/operations/op-1",
      pattern: "/operations/:id",
      session: permissions ? sessionOf("operator", permissions) : undefined,
    });

  it("is paused and resumed, and says that it waits", async () => {
    let state: Operation["state"] = "running";
    const answer = () =>
      operation({ state, ...(state === "paused" ? { paused_at: "2026-11-21T10:05:00Z" } : {}) });
    serve({
      "GET /api/v1/operations/op-1": answer,
      "GET /api/v1/operations/op-1/items": pageOf([
        { certificate_id: "mc-1", state: "failed", message: EVIL, code: "conflict" },
      ]),
      "POST /api/v1/operations/op-1/pause": () => {
        state = "paused";
        return answer();
      },
      "POST /api/v1/operations/op-1/resume": () => {
        state = "running";
        return answer();
      },
    });
    const { container } = open();
    await userEvent.click(await screen.findByRole("button", { name: "Pause" }));
    expect(await screen.findByText(/It goes on where it was/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Resume" }));
    expect(await screen.findByRole("button", { name: "Pause" })).toBeInTheDocument();
    expect(screen.getByText("Reason: Superseded")).toBeInTheDocument();
    expect(await screen.findByText(EVIL)).toBeInTheDocument();
    expect(container.querySelector("img")).toBeNull();
  });

  it("is cancelled only after saying what stays done", async () => {
    const server = serve({
      "GET /api/v1/operations/op-1": operation(),
      "GET /api/v1/operations/op-1/items": pageOf([]),
      "POST /api/v1/operations/op-1/cancel": operation({ state: "cancelled" }),
    });
    open();
    await userEvent.click(await screen.findByRole("button", { name: "Cancel what is left" }));
    const dialog = screen.getByRole("dialog", { name: "Cancel what is left" });
    expect(within(dialog).getByText(/what was revoked stays revoked/)).toBeInTheDocument();
    expect(server.of("POST", "/api/v1/operations/op-1/cancel")).toHaveLength(0);
    await userEvent.click(within(dialog).getByRole("button", { name: "Cancel what is left" }));
    await waitFor(() => expect(server.of("POST", "/api/v1/operations/op-1/cancel")).toHaveLength(1));
  });

  it("of administrators is not halted by others", async () => {
    serve({
      "GET /api/v1/operations/op-1": operation(),
      "GET /api/v1/operations/op-1/items": pageOf([]),
    });
    open(["inventory.read", "certificate.write", "certificate.revoke"]);
    await screen.findByText("Reason: Superseded");
    expect(screen.queryByRole("button", { name: "Pause" })).not.toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Cancel what is left" })).not.toBeInTheDocument();
  });
});
