import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { revocationReasonValues, type Certificate, type Revocation } from "@/api/schema";
import { Actions } from "@/features/certificates/actions";
import { RevocationOf, RevokedBanner } from "@/features/revocation/of";
import { RevokeDialog } from "@/features/revocation/dialog";
import { Component as RevocationList } from "@/features/revocation/list";
import { REASONS, reasonsAfter } from "@/features/revocation/reasons";
import { planFor } from "@/features/revocation/siblings";
import { pageOf, refusal, serve, sessionOf, show, type Asked } from "./server";

const EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>';
const NOW = "2026-11-21T10:00:00Z";
const LATER = "2030-01-01T00:00:00Z";

function certificate(changes: Partial<Certificate> = {}): Certificate {
  return {
    id: "mc-1",
    name: "shop",
    common_name: "shop.example.com",
    sans: ["shop.example.com"],
    status: "Active",
    environment: "production",
    issuer_id: "iss-local",
    owner_id: "o-1",
    team_id: "t-1",
    renewal_policy_id: "rp-1",
    certificate_profile_id: null,
    target_ids: ["tgt-1"],
    tags: {},
    expires_at: LATER,
    created_at: NOW,
    updated_at: NOW,
    ...changes,
  };
}

function revocation(changes: Partial<Revocation> = {}): Revocation {
  return {
    id: "rev-1",
    issuer_id: "iss-local",
    certificate_id: "mc-1",
    serial_number: "3a7f01",
    reason: "superseded",
    reason_code: 4,
    revoked_by: "bob",
    revoked_at: NOW,
    not_after: LATER,
    in_force: true,
    crl_partition: 0,
    issuer_notified: true,
    notify_attempts: 0,
    created_at: NOW,
    ...changes,
  };
}

const preview = (changes: object = {}) => ({
  status: "preview",
  status_after: "Revoked",
  leaves: [
    {
      version_id: "ver-1",
      issuer_id: "iss-local",
      serial_number: "3a7f01",
      agent_id: null,
      not_after: LATER,
      already_revoked: false,
    },
  ],
  targets: [{ target_id: "tgt-1", name: "edge-1", version_id: "ver-1" }],
  siblings: [],
  ...changes,
});

const names = Object.fromEntries(
  ["issuers", "agents", "owners", "teams", "targets"].map((name) => [`GET /api/v1/${name}`, pageOf([])]),
);

const REVOKE = "POST /api/v1/certificates/mc-1/revoke";

/** Answers both the preview and the deed. */
function revoking(result: object = {}, looked: object = preview()) {
  return (asked: Asked) =>
    asked.query.get("dry_run") === "true"
      ? looked
      : { status: "revoked", revocations: [revocation()], siblings: [], ...result };
}

describe("revoking a certificate", () => {
  it("needs a reason, shows what it hits, and wants the name typed", async () => {
    const server = serve({ ...names, [REVOKE]: revoking() });
    show(<RevokeDialog certificate={certificate()} onClose={() => undefined} />);
    const button = screen.getByRole("button", { name: "Revoke" });
    await userEvent.type(screen.getByLabelText(/Type shop to go on/), "shop");
    expect(button).toBeDisabled();
    expect(server.asked.filter((one) => one.method === "POST")).toHaveLength(0);

    await userEvent.selectOptions(screen.getByLabelText(/^Reason/), "superseded");
    const impact = await screen.findByRole("region", { name: "What would happen" });
    expect(within(impact).getByText("1 leaf")).toBeInTheDocument();
    expect(within(impact).getByText("1 target serves them")).toBeInTheDocument();
    expect(within(impact).getByRole("link", { name: "edge-1" })).toHaveAttribute("href", "/targets/tgt-1");
    await waitFor(() => expect(button).toBeEnabled());

    await userEvent.type(screen.getByLabelText(/Type shop to go on/), "x");
    expect(button).toBeDisabled();
    await userEvent.type(screen.getByLabelText(/Type shop to go on/), "{Backspace}");
    await userEvent.click(button);
    await waitFor(() =>
      expect(server.of("POST", "/api/v1/certificates/mc-1/revoke").at(-1)?.query.get("dry_run")).toBeNull(),
    );
    const sent = server.of("POST", "/api/v1/certificates/mc-1/revoke").at(-1);
    expect(sent?.body).toEqual({ reason: "superseded", scope: "all" });
    expect(sent?.headers.get("idempotency-key")).toBeTruthy();
  });

  it("cannot be confirmed while the server refuses the preview", async () => {
    serve({ ...names, [REVOKE]: refusal(409, "invalid_state") });
    show(<RevokeDialog certificate={certificate()} onClose={() => undefined} />);
    await userEvent.type(screen.getByLabelText(/Type shop to go on/), "shop");
    await userEvent.selectOptions(screen.getByLabelText(/^Reason/), "superseded");
    expect(await screen.findByText("This cannot be revoked so")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Revoke" })).toBeDisabled();
  });

  it("of one leaf waits for the leaf to be chosen", async () => {
    const server = serve({
      ...names,
      [REVOKE]: revoking(),
      "GET /api/v1/certificates/mc-1/versions": pageOf([
        { id: "ver-1", serial_number: "3a7f01", created_at: NOW, not_after: LATER },
      ]),
    });
    show(<RevokeDialog certificate={certificate()} onClose={() => undefined} />);
    await userEvent.selectOptions(screen.getByLabelText("Scope"), "serial");
    await userEvent.selectOptions(screen.getByLabelText(/^Reason/), "superseded");
    await screen.findByRole("option", { name: /^3a7f01/ });
    expect(server.of("POST", "/api/v1/certificates/mc-1/revoke")).toHaveLength(0);
    await userEvent.selectOptions(screen.getByLabelText(/^Leaf/), "3a7f01");
    await screen.findByRole("region", { name: "What would happen" });
    expect(server.of("POST", "/api/v1/certificates/mc-1/revoke")[0]?.body).toEqual({
      reason: "superseded",
      scope: "serial",
      serial: "3a7f01",
    });
  });

  it("after a compromise offers everything else that has the key as one step", async () => {
    const siblings = [
      { issuer_id: "iss-local", serial_number: "aa", certificate_id: "mc-2", not_after: LATER },
      { issuer_id: "iss-local", serial_number: "bb", certificate_id: "mc-2", not_after: LATER },
      { issuer_id: "iss-local", serial_number: "cc", certificate_id: null, not_after: LATER },
    ];
    const server = serve({
      ...names,
      [REVOKE]: revoking({ siblings }, preview({ siblings })),
      "POST /api/v1/revocations": { status: "revoked", revocations: [revocation()], siblings: [] },
      "POST /api/v1/certificates/bulk-revoke": { id: "op-1", kind: "bulk_revoke", state: "pending" },
    });
    const { router } = show(<RevokeDialog certificate={certificate()} onClose={() => undefined} />, {
      path: "/certificates/mc-1",
      pattern: "/certificates/:id",
    });
    await userEvent.selectOptions(screen.getByLabelText(/^Reason/), "keyCompromise");
    expect(await screen.findByText("3 other certificates have the same key")).toBeInTheDocument();
    await userEvent.type(screen.getByLabelText(/Type shop to go on/), "shop");
    await userEvent.click(screen.getByRole("button", { name: "Revoke" }));

    const dialog = await screen.findByRole("dialog", { name: "Others have the same key" });
    const button = within(dialog).getByRole("button", { name: "Revoke 3 certificates" });
    expect(button).toBeDisabled();
    await userEvent.type(within(dialog).getByLabelText(/Type 3 to go on/), "3");
    await userEvent.click(button);
    await waitFor(() => expect(router.state.location.pathname).toBe("/operations/op-1"));
    expect(server.of("POST", "/api/v1/revocations").map((one) => one.body)).toEqual([
      { issuer_id: "iss-local", serial: "cc", reason: "keyCompromise" },
    ]);
    expect(server.of("POST", "/api/v1/certificates/bulk-revoke")[0]?.body).toEqual({
      reason: "keyCompromise",
      certificate_ids: ["mc-2"],
      expected_count: 1,
    });
  });

  it("shows markup in names of targets and in refusals as text", async () => {
    serve({ ...names, [REVOKE]: revoking({}, preview({ targets: [{ target_id: "t", name: EVIL }] })) });
    const { container } = show(
      <RevokeDialog certificate={certificate({ common_name: EVIL })} onClose={() => undefined} />,
    );
    await userEvent.selectOptions(screen.getByLabelText(/^Reason/), "superseded");
    expect((await screen.findAllByText((text) => text.includes("<script>"))).length).toBeGreaterThan(1);
    expect(container.querySelector("script, img")).toBeNull();
  });
});

describe("what is offered about a revocation", () => {
  const openMenu = async () => userEvent.click(screen.getByRole("button", { name: "More" }));

  it("depends on the role", async () => {
    serve(names);
    const operator = sessionOf("operator", ["inventory.read", "certificate.renew", "certificate.revoke"]);
    const { unmount } = show(<Actions certificate={certificate()} />, { session: operator });
    await openMenu();
    expect(await screen.findByRole("menuitem", { name: "Revoke" })).toBeInTheDocument();
    unmount();
    const clerk = sessionOf("operator", ["inventory.read", "certificate.renew"]);
    show(<Actions certificate={certificate()} />, { session: clerk });
    await openMenu();
    expect(await screen.findByRole("menuitem", { name: "Pause renewal" })).toBeInTheDocument();
    expect(screen.queryByRole("menuitem", { name: "Revoke" })).not.toBeInTheDocument();
  });

  it("depends on what was said before", async () => {
    expect(reasonsAfter(null)).toHaveLength(revocationReasonValues.length);
    expect(reasonsAfter("superseded")).toEqual(["keyCompromise"]);
    expect(reasonsAfter("keyCompromise")).toEqual([]);
    expect(reasonsAfter("certificateHold")).not.toContain("certificateHold");
    expect(revocationReasonValues.filter((reason) => !(reason in REASONS))).toEqual([]);

    serve({ ...names, "POST /api/v1/certificates/mc-1/unhold": { status: "unheld" } });
    const held = certificate({ status: "Revoked", revoked_at: NOW, revocation_reason: "certificateHold" });
    show(<Actions certificate={held} />);
    await userEvent.click(screen.getByRole("button", { name: "Lift the hold" }));
    const dialog = screen.getByRole("dialog", { name: "Lift the hold of shop.example.com" });
    await userEvent.click(within(dialog).getByRole("button", { name: "Lift the hold" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  });

  it("of siblings is one bulk for the inventory and numbers for the rest", () => {
    const sibling = (serial: string, id: string | null) => ({
      issuer_id: "iss-1",
      serial_number: serial,
      certificate_id: id,
    });
    const plan = planFor([sibling("a", "mc-2"), sibling("b", "mc-2"), sibling("c", null)]);
    expect(plan.certificates).toEqual(["mc-2"]);
    expect(plan.outside.map((one) => one.serial_number)).toEqual(["c"]);
  });

  it("outside the inventory is for who may revoke", async () => {
    serve({ ...names, "GET /api/v1/revocations": pageOf([]) });
    show(<RevocationList />, { session: sessionOf("viewer", ["inventory.read"]) });
    await screen.findByText("Nothing was revoked yet");
    expect(screen.queryByRole("button", { name: /not in the inventory/ })).not.toBeInTheDocument();
  });
});

describe("a revoked certificate", () => {
  const revoked = certificate({ status: "Revoked", revoked_at: NOW, revocation_reason: "superseded" });

  it("says who revoked it and why, and that its CA does not know yet", async () => {
    const untold = revocation({
      issuer_notified: false,
      notify_attempts: 3,
      last_notify_error: EVIL,
      next_notify_at: LATER,
    });
    serve({
      ...names,
      "GET /api/v1/certificates/mc-1/revocations": { data: [untold], total: 1 },
      "GET /api/v1/certificates/mc-1/versions": pageOf([]),
      "GET /api/v1/issuers/iss-local": { id: "iss-local", name: "Outside", type: "ACME" },
    });
    const { container } = show(
      <>
        <RevokedBanner certificate={revoked} />
        <RevocationOf certificate={revoked} />
      </>,
    );
    expect(await screen.findByText(/by bob: Superseded/)).toBeInTheDocument();
    expect(screen.getByText(/1 revocation is not known to the CA yet/)).toBeInTheDocument();
    expect(screen.getByText("Not told yet")).toBeInTheDocument();
    expect(await screen.findByText(/is a CA outside certctl/)).toBeInTheDocument();
    expect(screen.getAllByTitle(EVIL).length).toBe(1);
    expect(container.querySelector("script, img")).toBeNull();
  });
});
