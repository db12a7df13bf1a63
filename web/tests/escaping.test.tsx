import { render, screen } from "@testing-library/react";
import type { ReactElement } from "react";
import { describe, expect, it } from "vitest";
import type { Notification } from "@/api/schema";
import { AUDIT_COLUMNS } from "@/features/audit/columns";
import { JOB_COLUMNS } from "@/features/jobs/columns";
import { NotificationRow } from "@/features/notifications/row";
import { Component as Certificates } from "@/features/certificates/list";
import { TeamList } from "@/features/teams/pages";
import { OwnerList } from "@/features/owners/pages";
import { pageOf, serve, show } from "./server";

const EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>';

function expectHarmless(container: HTMLElement) {
  expect(container.querySelector("script, img")).toBeNull();
  expect(container.innerHTML).not.toContain("<img");
}

/** Everything that people can write, made of markup. */
const evil = new Proxy(
  {},
  {
    get: (_, name) => {
      if (name === "details" || name === "metadata") return { [EVIL]: EVIL };
      if (name === "type") return "Deployment";
      if (/_at$|timestamp/.test(String(name))) return "2026-11-21T10:00:00Z";
      if (/attempts|sequence/.test(String(name))) return 1;
      return EVIL;
    },
  },
);

const empty = { "GET /api/v1/agents": pageOf([]), "GET /api/v1/targets": pageOf([]) };

describe("markup in what people write", () => {
  it.each([
    ...JOB_COLUMNS.map((one) => ["job", one] as const),
    ...AUDIT_COLUMNS.map((one) => ["audit", one] as const),
  ])("is text in each column of the %s list", (_, column) => {
    serve(empty);
    const cell = (column.cell as (row: unknown) => ReactElement)(evil);
    const { container } = show(<>{cell}</>);
    expectHarmless(container);
  });

  it("is text in notifications, and in their tooltips", () => {
    serve({});
    const one = {
      ...(evil as Notification),
      subject: EVIL,
      message: EVIL,
      last_error: EVIL,
      recipient: EVIL,
      status: "dead",
    } as Notification;
    const { container } = show(<NotificationRow one={one} />);
    expectHarmless(container);
    expect(screen.getAllByTitle(EVIL).length).toBeGreaterThan(1);
  });

  it("is text in lists of certificates, owners and teams", async () => {
    const certificate = {
      id: "mc-1",
      name: EVIL,
      common_name: EVIL,
      sans: [EVIL],
      status: "Active",
      environment: EVIL,
      tags: { [EVIL]: EVIL },
      target_ids: [],
      owner_id: "o-1",
      team_id: "t-1",
      issuer_id: "i-1",
      pause_reason: EVIL,
      paused_at: "2026-11-21T10:00:00Z",
    };
    const named = {
      id: "o-1",
      name: EVIL,
      email: EVIL,
      description: EVIL,
      team_id: "t-1",
      created_at: "2026-11-21T10:00:00Z",
    };
    serve({
      "GET /api/v1/certificates": pageOf([certificate]),
      ...Object.fromEntries(
        ["owners", "teams", "issuers", "profiles", "renewal-policies"].map((name) => [
          `GET /api/v1/${name}`,
          pageOf([named]),
        ]),
      ),
    });
    for (const page of [<Certificates key="c" />, <OwnerList key="o" />, <TeamList key="t" />]) {
      const { container, unmount } = show(page);
      expect((await screen.findAllByText((text) => text.includes("<script>"))).length).toBeGreaterThan(0);
      expectHarmless(container);
      unmount();
    }
  });

  it("is what the test thinks it is", () => {
    const { container } = render(<p>{EVIL}</p>);
    expect(container.textContent).toBe(EVIL);
  });
});
