import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { IssuerCrls } from "@/api/schema";
import { addressesOf } from "@/features/crl/addresses";
import { CrlList, CrlPage } from "@/features/crl/page";
import { pageOf, serve, sessionOf, show } from "./server";

const EVIL = "<img src=x onerror=alert(1)>";
const TIMES = { this_update: "2026-11-21T10:00:00Z", next_update: "2026-11-22T10:00:00Z" };

const crls: IssuerCrls = {
  issuer_id: "iss-local",
  issuer_name: EVIL,
  crl_number: 7,
  revoked_count: 3,
  is_stale: false,
  ...TIMES,
  url: "http://pki.example.com/.well-known/pki/crl/iss-local",
  crls: [
    {
      authority: "ab",
      current: true,
      partition: 0,
      kind: "base",
      number: 7,
      revoked_count: 3,
      generated_at: TIMES.this_update,
      is_stale: false,
      ...TIMES,
    },
  ],
};

const routes = {
  "GET /api/v1/crl/iss-local": crls,
  "GET /.well-known/pki/crl/iss-local.crl": () => new Response(new Uint8Array(1_536)),
  "GET /api/v1/admin/crl/cache": {
    cache_rows: [
      {
        issuer_id: "iss-local",
        cache_present: true,
        recent_events: [
          {
            started_at: TIMES.this_update,
            duration_ms: 12,
            succeeded: false,
            crl_number: 0,
            revoked_count: 0,
            error: "the key is away",
          },
        ],
      },
    ],
    row_count: 1,
    generated_at: TIMES.this_update,
  },
};
const responders = {
  responders: [
    {
      id: "ocsp-1",
      issuer_id: "iss-local",
      authority: "ab",
      current: true,
      serial_number: "77aa",
      key_algorithm: "ECDSA-256",
      not_before: TIMES.this_update,
      not_after: "2030-01-01T00:00:00Z",
      created_at: TIMES.this_update,
      certificate_pem: "",
    },
  ],
  row_count: 1,
  generated_at: TIMES.this_update,
};
const place = { path: "/crl/iss-local", pattern: "/crl/:id" };

describe("a revocation list", () => {
  it("shows number, size and addresses, and administrators the attempts", async () => {
    serve({ ...routes, "GET /api/v1/admin/ocsp/responders": responders });
    const { container } = show(<CrlPage />, place);
    expect(await screen.findByText("1.5 kB")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Copy the address of OCSP" })).toBeInTheDocument();
    expect(screen.getByText("http://pki.example.com/.well-known/pki/ocsp/iss-local")).toBeInTheDocument();
    expect(await screen.findByText("the key is away")).toBeInTheDocument();
    expect(await screen.findByText("77aa")).toBeInTheDocument();
    expect(screen.getByText("Signs now")).toBeInTheDocument();
    expect(screen.getAllByText(EVIL).length).toBeGreaterThan(0);
    expect(container.querySelector("img")).toBeNull();
  });

  it("asks nothing for administrators on behalf of others", async () => {
    const server = serve(routes);
    show(<CrlPage />, { ...place, session: sessionOf("viewer", ["inventory.read"]) });
    await screen.findByText("1.5 kB");
    expect(screen.queryByText("Latest attempts")).not.toBeInTheDocument();
    expect(screen.queryByText("OCSP responders")).not.toBeInTheDocument();
    expect(server.asked.filter((one) => one.path.includes("/admin/"))).toHaveLength(0);
  });

  it("of a CA outside is not here, and says where to look", async () => {
    serve({});
    show(<CrlPage />, place);
    expect(await screen.findByText("This is no CA of certctl")).toBeInTheDocument();
  });

  it("that is over is marked in the list of all", async () => {
    serve({ "GET /api/v1/crl": pageOf([{ ...crls, is_stale: true }]) });
    show(<CrlList />);
    expect(await screen.findByText("Stale")).toBeInTheDocument();
  });

  it("has addresses of this server only while none are named in certificates", () => {
    expect(addressesOf({ ...crls, url: null }, "https://here").map((one) => one.url)).toEqual([
      "https://here/.well-known/pki/crl/iss-local",
      "https://here/.well-known/pki/ocsp/iss-local",
      "https://here/.well-known/pki/ca/iss-local.cer",
    ]);
  });
});
