import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Ref } from "@/components/refs";
import { Component as Certificates } from "@/features/certificates/list";
import { GroupPage } from "@/features/agent-groups/pages";
import { OwnerList } from "@/features/owners/pages";
import { PolicyDialog } from "@/features/renewal-policies/form";
import { ProfileList } from "@/features/profiles/pages";
import { RuleList } from "@/features/policies/pages";
import { ObjectRef } from "@/features/audit/object-ref";
import { viewOf } from "@/lib/views";
import { pageOf, refusal, serve, sessionOf, show, type Asked } from "./server";

const NOW = "2026-11-21T10:00:00Z";
const certificate = {
  id: "mc-1",
  name: "shop",
  common_name: "shop.example.com",
  sans: [],
  status: "Active",
  environment: "",
  tags: {},
  target_ids: [],
  owner_id: "o-1",
  team_id: "t-1",
  issuer_id: "i-1",
};
const names = Object.fromEntries(
  ["owners", "teams", "issuers", "profiles", "renewal-policies", "agents", "agent-groups"].map((name) => [
    `GET /api/v1/${name}`,
    pageOf([]),
  ]),
);

describe("names in place of ids", () => {
  it("are read page by page, once for the whole page", async () => {
    const server = serve({
      "GET /api/v1/owners": ({ query }: Asked) =>
        query.get("cursor") === "more"
          ? pageOf([{ id: "o-2", name: "Second" }])
          : pageOf([{ id: "o-1", name: "First" }], { next_cursor: "more", total: 2 }),
    });
    show(
      <>
        <Ref of="owner" id="o-1" />
        <Ref of="owner" id="o-2" />
        <Ref of="owner" id="o-gone" copy />
      </>,
    );
    expect(await screen.findByRole("link", { name: "Second" })).toHaveAttribute("title", "o-2");
    expect(screen.getByRole("link", { name: "First" })).toHaveAttribute("href", "/owners/o-1");
    expect(screen.getByRole("link", { name: "o-gone" })).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Copy o-gone" })).toBeInTheDocument();
    expect(server.of("GET", "/api/v1/owners")).toHaveLength(2);
  });

  it("are in the audit trail, too, and a certificate alone on its page is asked for", async () => {
    serve({
      "GET /api/v1/issuers": pageOf([{ id: "iss-1", name: "Local CA" }]),
      "GET /api/v1/certificates/mc-1": certificate,
    });
    show(
      <>
        <ObjectRef type="issuer" id="iss-1" />
        <ObjectRef type="certificate" id="mc-1" alone />
        <ObjectRef type="audit_trail" id="whole" />
      </>,
    );
    expect(await screen.findByRole("link", { name: "Local CA" })).toHaveAttribute("href", "/issuers/iss-1");
    expect(await screen.findByRole("link", { name: "shop.example.com" })).toBeInTheDocument();
    expect(screen.getByText("whole").closest("a")).toBeNull();
  });
});

describe("saved views", () => {
  const open = () => userEvent.click(screen.getByRole("button", { name: "Saved views" }));
  const place = { path: "/owners?team_id=t-1&cursor=abc", pattern: "/owners" };

  it("are named, opened and removed, and belong to one person", async () => {
    serve(names);
    const { router, unmount } = show(<OwnerList />, place);
    await screen.findByText("Nothing matches these filters");
    await open();
    await userEvent.click(await screen.findByRole("menuitem", { name: "Save this view" }));
    const dialog = screen.getByRole("dialog", { name: "Save this view" });
    expect(within(dialog).getByRole("button", { name: "Save" })).toBeDisabled();
    await userEvent.type(within(dialog).getByLabelText(/^Name/), "<b>Mine</b>{Enter}");
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());

    await userEvent.click(screen.getAllByRole("button", { name: "Clear filters" })[0]!);
    await waitFor(() => expect(router.state.location.search).toBe(""));
    await open();
    await userEvent.click(await screen.findByRole("menuitem", { name: "<b>Mine</b>" }));
    // The page that one had come to is no part of it.
    expect(router.state.location.search).toBe("?team_id=t-1");
    unmount();

    const other = { ...sessionOf("viewer", ["inventory.read"]), identity: "bob" };
    const second = show(<OwnerList />, { ...place, session: other });
    await open();
    expect(await screen.findByText("No views of owners are saved yet")).toBeInTheDocument();
    second.unmount();

    show(<OwnerList />, place);
    await open();
    await userEvent.click(await screen.findByRole("menuitem", { name: "Remove views" }));
    await userEvent.click(screen.getByRole("button", { name: "Remove the view <b>Mine</b>" }));
    expect(screen.getByText("None is left.")).toBeInTheDocument();
  });

  it("are what the address says without its place, in one order", () => {
    expect(viewOf(new URLSearchParams("status=Active&cursor=a&cursor=b&q=x"))).toBe("q=x&status=Active");
  });

  it("survive nonsense in the browser's store", async () => {
    localStorage.setItem("certctl.views.alice./api/v1/owners", '[1,{"name":2},{"name":"ok","search":"q=1"}]');
    serve(names);
    show(<OwnerList />, place);
    await open();
    expect(await screen.findByRole("menuitem", { name: "ok" })).toBeInTheDocument();
    expect(screen.getAllByRole("menuitem")).toHaveLength(4);
  });
});

describe("the file of a list", () => {
  const saved: Blob[] = [];
  beforeEach(() => {
    saved.length = 0;
    vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
      saved.push(blob as Blob);
      return "blob:file";
    });
  });
  const choose = async (item: RegExp) => {
    await userEvent.click(await screen.findByRole("button", { name: "Save as a file" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: item }));
  };
  const place = { path: "/certificates?status=Active&sort=-expires_at&cursor=x", pattern: "/certificates" };

  it("holds everything that matches, from the server, in the order of the list", async () => {
    const server = serve({
      ...names,
      "GET /api/v1/certificates": pageOf([certificate], { total: 70_000 }),
      "GET /api/v1/certificates/export": () => new Response("id,name\r\nmc-1,shop\r\n"),
    });
    show(<Certificates />, place);
    await screen.findByText("shop.example.com");
    await choose(/^All 70,000 that match, as CSV/);
    await waitFor(() => expect(saved).toHaveLength(1));
    const [asked] = server.of("GET", "/api/v1/certificates/export");
    expect(Object.fromEntries(asked!.query)).toEqual({
      format: "csv",
      status: "Active",
      sort: "-expires_at",
    });
  });

  it("is not saved when it breaks off or is refused, and that is said", async () => {
    let answer: () => unknown = () => refusal(503, "unavailable");
    serve({
      ...names,
      "GET /api/v1/certificates": pageOf([certificate]),
      "GET /api/v1/certificates/export": () => answer(),
    });
    show(<Certificates />, place);
    await screen.findByText("shop.example.com");
    await choose(/as JSON lines/);
    expect(await screen.findByText("It is unavailable.")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    answer = () =>
      new Response(new ReadableStream({ start: (stream) => stream.error(new TypeError("terminated")) }));
    await choose(/that match, as CSV/);
    expect(await screen.findByText(/The file broke off/)).toBeInTheDocument();
    expect(saved).toHaveLength(0);
  });
});

describe("pages of one shape", () => {
  it("say what they are, and offer what the role may do", async () => {
    serve({ ...names, "GET /api/v1/policies": pageOf([]) });
    const { unmount } = show(<ProfileList />);
    expect(await screen.findByText("No profiles yet")).toBeInTheDocument();
    expect(screen.getAllByRole("button", { name: "New profile" }).length).toBeGreaterThan(0);
    unmount();
    show(<RuleList />, { session: sessionOf("operator", ["inventory.read"]) });
    expect(await screen.findByRole("heading", { name: "Compliance rules" })).toBeInTheDocument();
    expect(await screen.findByText("No rules yet")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "New rule" })).not.toBeInTheDocument();
  });

  it("delete only what was named, and change it where it stands", async () => {
    const group = {
      id: "ag-1",
      name: "edge",
      description: "",
      match_os: "linux",
      match_architecture: "",
      match_ip_cidr: "",
      match_version: "",
      enabled: true,
      created_at: NOW,
      updated_at: NOW,
    };
    const server = serve({
      ...names,
      "GET /api/v1/agent-groups/ag-1": group,
      "GET /api/v1/agent-groups/ag-1/members": pageOf([]),
      "GET /api/v1/audit": pageOf([]),
      "DELETE /api/v1/agent-groups/ag-1": {},
    });
    const { router } = show(<GroupPage />, { path: "/agent-groups/ag-1", pattern: "/agent-groups/:id" });
    await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
    expect(await screen.findByRole("dialog", { name: "Change agent group" })).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await userEvent.click(screen.getByRole("button", { name: "Delete" }));
    const dialog = screen.getByRole("dialog", { name: "Delete agent group edge" });
    const button = within(dialog).getByRole("button", { name: "Delete" });
    expect(button).toBeDisabled();
    await userEvent.type(within(dialog).getByLabelText(/Type edge to go on/), "edge");
    await userEvent.click(button);
    await waitFor(() => expect(router.state.location.pathname).toBe("/agent-groups"));
    expect(server.of("DELETE", "/api/v1/agent-groups/ag-1")).toHaveLength(1);
  });

  it("name a new one in the words of its kind", () => {
    serve({ ...names, "GET /api/v1/notification-channels": pageOf([]) });
    show(<PolicyDialog onClose={() => undefined} />);
    expect(screen.getByRole("dialog", { name: "New renewal policy" })).toBeInTheDocument();
  });
});
