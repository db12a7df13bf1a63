import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { App } from "@/app";
import { makeQueryClient } from "@/lib/queries";
import { Actions } from "@/features/certificates/actions";
import type { Certificate } from "@/api/schema";
import { pageOf, Reply, serve, sessionOf, show } from "./server";

it("the console shows the way in again after signing out", async () => {
  localStorage.setItem("certctl.session", "1");
  const lists = ["agents", "approvals", "certificates", "jobs", "owners", "revocations", "violations"];
  const server = serve({
    "GET /api/v1/auth/session": sessionOf("viewer", ["inventory.read"]),
    "DELETE /api/v1/auth/session": new Reply(204, undefined),
    "GET /api/v1/version": { version: "1.2.3", commit: "abc" },
    "GET /api/v1/stats/summary": { total_certificates: 1, total_agents: 1 },
    "GET /api/v1/stats/certificates-by-status": [],
    "GET /api/v1/stats/expiration-timeline": [],
    "GET /api/v1/stats/issuance-rate": [],
    "GET /api/v1/stats/job-trends": [],
    "GET /health/scheduler": { status: "healthy", checked_at: "2026-11-21T10:00:00Z", loops: [] },
    ...Object.fromEntries(lists.map((name) => [`GET /api/v1/${name}`, pageOf([])])),
  });
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <App />
    </QueryClientProvider>,
  );
  expect(await screen.findByText("Nothing is broken, and nobody waits for you.")).toBeInTheDocument();
  expect(screen.queryByRole("link", { name: "API keys" })).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: /alice/ }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Sign out" }));
  expect(await screen.findByRole("heading", { name: "Sign in to certctl" })).toBeInTheDocument();
  expect(server.of("DELETE", "/api/v1/auth/session")[0]?.headers.get("x-csrf-token")).toBe("csrf-1");
});

it("a renewal is told of with the way to its job", async () => {
  serve({ "POST /api/v1/certificates/mc-1/renew": { job_id: "job-9", jobs: [], status: "accepted" } });
  const one = {
    id: "mc-1",
    name: "www",
    common_name: "www.example.com",
    status: "Active",
    target_ids: ["t"],
  };
  show(<Actions certificate={one as unknown as Certificate} />);
  await userEvent.click(screen.getByRole("button", { name: "Renew" }));
  await userEvent.click(screen.getByRole("button", { name: "Renew now" }));
  expect(await screen.findByRole("link", { name: "watch it" })).toHaveAttribute("href", "/jobs/job-9");
});
