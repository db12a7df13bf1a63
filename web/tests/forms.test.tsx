import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { ConfigForm, missingField, type Config } from "@/components/config-form";
import type { ConnectorField } from "@/api/schema";
import { link } from "@/api/client";
import { TeamPage } from "@/features/teams/pages";
import { TeamList } from "@/features/teams/pages";
import { pageOf, refusal, Reply, serve, show } from "./server";

const team = (description: string) => ({
  id: "t-1",
  name: "Platform",
  description,
  created_at: "2026-11-21T10:00:00Z",
  updated_at: "2026-11-21T10:00:00Z",
});

describe("a form", () => {
  it("shows both versions when somebody else was faster, and overwrites only when told to", async () => {
    let etag = '"1"';
    let stored = "before";
    const server = serve({
      "GET /api/v1/teams/t-1": () => new Reply(200, team(stored), { etag }),
      "GET /api/v1/audit": pageOf([]),
      "PUT /api/v1/teams/t-1": (asked: { headers: Headers; body: unknown }) => {
        if (asked.headers.get("if-match") !== etag) return refusal(409, "stale");
        return new Reply(200, { ...team(stored), ...(asked.body as object) }, { etag: '"3"' });
      },
    });
    show(<TeamPage />, { path: "/teams/t-1", pattern: "/teams/:id" });
    await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
    const field = await screen.findByLabelText("Description");
    await userEvent.clear(field);
    await userEvent.type(field, "mine");
    etag = '"2"';
    stored = "theirs";
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    const notice = await screen.findByText(/Somebody else changed this/);
    const table = within(notice.parentElement!).getByRole("table");
    expect(within(table).getByText("mine")).toBeInTheDocument();
    expect(within(table).getByText("theirs")).toBeInTheDocument();
    expect(field).toHaveValue("mine");
    await userEvent.click(screen.getByRole("button", { name: "Save mine over theirs" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    const sent = server.of("PUT", "/api/v1/teams/t-1");
    expect(sent.map((one) => one.headers.get("if-match"))).toEqual(['"1"', '"2"']);
    expect(sent[1]?.body).toEqual({ name: "Platform", description: "mine" });
  });

  it("puts what the server refuses at its field and keeps what was typed", async () => {
    serve({
      "GET /api/v1/teams": pageOf([]),
      "POST /api/v1/teams": refusal(422, "unprocessable", {
        fields: [{ field: "name", code: "taken", message: "another team is called so" }],
      }),
    });
    show(<TeamList />);
    await userEvent.click((await screen.findAllByRole("button", { name: "New team" }))[0]!);
    expect(screen.getByRole("button", { name: "Create" })).toBeDisabled();
    await userEvent.type(screen.getByLabelText(/^Name/), "Platform");
    await userEvent.click(screen.getByRole("button", { name: "Create" }));
    const field = screen.getByLabelText(/^Name/);
    await waitFor(() => expect(field).toHaveAccessibleDescription("another team is called so"));
    expect(field).toBeInvalid();
    expect(field).toHaveValue("Platform");
  });

  it.each([
    ["the session ended", refusal(401, "session_ended"), /It is session_ended/],
    ["the body is too large", refusal(413, "body_too_large"), /It is body_too_large/],
    ["it comes too often", refusal(429, "too_many_requests", {}, { "retry-after": "9" }), /next try in 9 s/],
    ["the server is down", () => Promise.reject(new TypeError("Failed to fetch")), /cannot be reached/],
  ])("keeps what was typed when %s, and says what happened", async (_, answer, text) => {
    link.onSignedOut = vi.fn();
    serve({ "GET /api/v1/teams": pageOf([]), "POST /api/v1/teams": answer });
    show(<TeamList />);
    await userEvent.click((await screen.findAllByRole("button", { name: "New team" }))[0]!);
    await userEvent.type(screen.getByLabelText(/^Name/), "Platform");
    await userEvent.click(screen.getByRole("button", { name: "Create" }));
    expect(await screen.findByText(text)).toBeInTheDocument();
    expect(screen.getByLabelText(/^Name/)).toHaveValue("Platform");
  });

  it("asks before it throws away what was typed", async () => {
    serve({ "GET /api/v1/teams": pageOf([]) });
    show(<TeamList />);
    await userEvent.click((await screen.findAllByRole("button", { name: "New team" }))[0]!);
    await userEvent.type(screen.getByLabelText(/^Name/), "Platform");
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    expect(screen.getByText("What you typed would be lost.")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Keep editing" }));
    expect(screen.getByLabelText(/^Name/)).toHaveValue("Platform");
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    await userEvent.click(screen.getByRole("button", { name: "Discard" }));
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  it("sends the same key when the same form is sent twice", async () => {
    let tries = 0;
    const server = serve({
      "GET /api/v1/teams": pageOf([]),
      "POST /api/v1/teams": () => (++tries === 1 ? refusal(503, "unavailable") : new Reply(201, team(""))),
    });
    show(<TeamList />);
    await userEvent.click((await screen.findAllByRole("button", { name: "New team" }))[0]!);
    await userEvent.type(screen.getByLabelText(/^Name/), "Platform");
    await userEvent.click(screen.getByRole("button", { name: "Create" }));
    await screen.findByText(/It is unavailable/);
    await userEvent.click(screen.getByRole("button", { name: "Create" }));
    await waitFor(() => expect(server.of("POST", "/api/v1/teams")).toHaveLength(2));
    const [first, second] = server
      .of("POST", "/api/v1/teams")
      .map((one) => one.headers.get("idempotency-key"));
    expect(first).toBeTruthy();
    expect(second).toBe(first);
  });
});

const field = (name: string, type: string, extra: Partial<ConnectorField> = {}): ConnectorField => ({
  name,
  type,
  required: false,
  secret: false,
  help: `Help of ${name}.`,
  ...extra,
});

describe("a form from a connector's schema", () => {
  const fields = [
    field("url", "text", { required: true }),
    field("token", "text", { secret: true }),
    field("port", "integer", { default: "25" }),
    field("mode", "choice", { choices: ["a", "b"] }),
    field("proxy", "object", { fields: [field("host", "text", { required: true })] }),
  ];

  function Form({ start, tell }: { start: Config; tell: (value: Config) => void }) {
    const [value, setValue] = useState(start);
    return (
      <ConfigForm
        fields={fields}
        value={value}
        at={(name) => (name === "config.proxy.host" ? "is not a host" : undefined)}
        onChange={(next) => {
          setValue(next);
          tell(next);
        }}
      />
    );
  }

  it("knows the first field that is missing, also inside", () => {
    expect(missingField(fields, {})).toBe("url");
    expect(missingField(fields, { url: "x" })).toBeUndefined();
    expect(missingField(fields, { url: "x", proxy: { host: "" } })).toBe("proxy.host");
  });

  it("writes secrets and never reads them", async () => {
    serve({});
    const tell = vi.fn();
    const { container } = show(<Form start={{ url: "x", token: { set: true } }} tell={tell} />);
    expect(screen.getByLabelText("Token is set")).toHaveValue("Set");
    await userEvent.click(screen.getByRole("button", { name: "Replace" }));
    const input = screen.getByLabelText("Token");
    expect(input).toHaveAttribute("type", "password");
    await userEvent.type(input, "s3");
    expect(tell).toHaveBeenLastCalledWith({ url: "x", token: "s3" });
    expect(container.innerHTML).not.toContain("s3</");
  });

  it("sends numbers as numbers and leaves out what is empty", async () => {
    serve({});
    const tell = vi.fn();
    show(<Form start={{ url: "x" }} tell={tell} />);
    await userEvent.type(screen.getByLabelText("Port"), "26");
    expect(tell).toHaveBeenLastCalledWith({ url: "x", port: 26 });
    await userEvent.clear(screen.getByLabelText("Port"));
    expect(tell).toHaveBeenLastCalledWith({ url: "x" });
    await userEvent.selectOptions(screen.getByLabelText("Mode"), "b");
    expect(tell).toHaveBeenLastCalledWith({ url: "x", mode: "b" });
    expect(screen.getByText("is not a host")).toBeInTheDocument();
  });
});
