import { describe, expect, it, vi } from "vitest";
import { answerOf, api, ApiError, call, link, serverNow } from "@/api/client";
import { refusal, Reply, serve } from "./server";

const failed = async (outcome: Promise<unknown>): Promise<ApiError> => {
  const error: unknown = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
};

describe("the client", () => {
  it("sends the second token with what changes something, and only then", async () => {
    link.csrfToken = "csrf-1";
    const server = serve({
      "GET /api/v1/teams": { data: [], total: 0 },
      "POST /api/v1/teams": { id: "t-1" },
    });
    await call(api.GET("/api/v1/teams"));
    await call(api.POST("/api/v1/teams", { body: { name: "a" } }));
    expect(server.asked.map((one) => one.headers.get("x-csrf-token"))).toEqual([null, "csrf-1"]);
  });

  it("puts the server's words into errors, with fields and the id of the request", async () => {
    serve({
      "POST /api/v1/teams": refusal(422, "unprocessable", {
        fields: [{ field: "name", code: "taken", message: "is taken" }],
      }),
    });
    const error = await failed(call(api.POST("/api/v1/teams", { body: { name: "a" } })));
    expect(error).toMatchObject({ status: 422, code: "unprocessable", requestId: "request-1" });
    expect(error.message).toBe("It is unprocessable.");
    expect(error.fields[0]?.field).toBe("name");
  });

  it("says how long to wait, and what is too large", async () => {
    serve({
      "GET /api/v1/teams": refusal(429, "too_many_requests", {}, { "retry-after": "17" }),
      "POST /api/v1/teams": refusal(413, "body_too_large", { limit_bytes: 10 }),
    });
    expect(await failed(call(api.GET("/api/v1/teams")))).toMatchObject({ status: 429, retryAfter: 17 });
    expect(await failed(call(api.POST("/api/v1/teams", { body: { name: "a" } })))).toMatchObject({
      code: "body_too_large",
    });
  });

  it("tells a server that is not there from one that refuses", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    const error = await failed(call(api.GET("/api/v1/teams")));
    expect(error).toMatchObject({ status: 0, code: "unreachable", isPassing: true });
  });

  it("notices the end of the session, but not a wrong key", async () => {
    const onSignedOut = vi.fn();
    link.onSignedOut = onSignedOut;
    serve({
      "GET /api/v1/teams": refusal(401, "session_ended"),
      "POST /api/v1/auth/session": refusal(401, "invalid_credential"),
    });
    await failed(call(api.POST("/api/v1/auth/session", { body: { api_key: "x" } })));
    // A response of the test has no address, so both look alike to it.
    onSignedOut.mockClear();
    await failed(call(api.GET("/api/v1/teams")));
    expect(onSignedOut).toHaveBeenCalledOnce();
  });

  it("hands on the revision, and takes an empty answer", async () => {
    serve({
      "GET /api/v1/teams/t-1": new Reply(200, { id: "t-1" }, { etag: '"7"' }),
      "DELETE /api/v1/teams/t-1": new Reply(204, undefined),
    });
    const params = { path: { id: "t-1" } };
    expect((await answerOf(api.GET("/api/v1/teams/{id}", { params }))).etag).toBe('"7"');
    await expect(call(api.DELETE("/api/v1/teams/{id}", { params }))).resolves.toBeUndefined();
  });

  it("counts time by the server's clock when ours is wrong", async () => {
    const ahead = new Date(Date.now() + 3_600_000).toUTCString();
    serve({ "GET /api/v1/teams": new Reply(200, { data: [], total: 0 }, { date: ahead }) });
    await call(api.GET("/api/v1/teams"));
    expect(Math.abs(serverNow() - Date.now() - 3_600_000)).toBeLessThan(2_000);
  });
});
