import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { OcspCheck } from "@/features/revocation/ocsp";
import { readOcsp } from "@/lib/ocsp";
import { refusal, serve, show } from "./server";

/** Answers that OpenSSL made, without certificates. */
const ANSWERS = {
  revoked:
    "MIIBEwoBAKCCAQwwggEIBgkrBgEFBQcwAQEEgfowgfcwgZ+hDjAMMQowCAYDVQQDDAFUGA8yMDI2MTEyMTIzMzQyN1owfDB6MDwwCQYFKw4DAhoFAAQUGyshxApGBC/4QwoqPQVQc0QW3vAEFLNsZHrPsCb7d7EJT1UYKgxD5DUHAgM6fwGhFhgPMjAyNjExMjExMDAwMDBaoAMKAQQYDzIwMjYxMTIxMjMzNDI3WqARGA8yMDI2MTEyODIzMzQyN1owCgYIKoZIzj0EAwIDRwAwRAIgf1wILZKoFtrO7IA68OLcmQgXp3J9gsvwSszzepDy/34CIEnZCHMo/AmRwXi2uIX3I9Kh6jGcYzQvLEa5xFcKIdmn",
  good: "MIH7CgEAoIH1MIHyBgkrBgEFBQcwAQEEgeQwgeEwgYmhDjAMMQowCAYDVQQDDAFUGA8yMDI2MTEyMTIzMzQyN1owZjBkMDwwCQYFKw4DAhoFAAQUGyshxApGBC/4QwoqPQVQc0QW3vAEFLNsZHrPsCb7d7EJT1UYKgxD5DUHAgM6fwKAABgPMjAyNjExMjEyMzM0MjdaoBEYDzIwMjYxMTI4MjMzNDI3WjAKBggqhkjOPQQDAgNHADBEAiAPWPPAdAY/Q0X+FXuv03NAZTy0MaG9rtqpofq6ssGT2AIgBY9g1q2/OblFIArzKJpPSszrVocM2D2e2S06GzWKSd0=",
  unknown:
    "MIH8CgEAoIH2MIHzBgkrBgEFBQcwAQEEgeUwgeIwgYmhDjAMMQowCAYDVQQDDAFUGA8yMDI2MTEyMTIzMzQyN1owZjBkMDwwCQYFKw4DAhoFAAQUGyshxApGBC/4QwoqPQVQc0QW3vAEFLNsZHrPsCb7d7EJT1UYKgxD5DUHAgM6fwOCABgPMjAyNjExMjEyMzM0MjdaoBEYDzIwMjYxMTI4MjMzNDI3WjAKBggqhkjOPQQDAgNIADBFAiEAwOwotPFNSXvE8yDs6BXC+ihpzdSG96v70IPUJajeC78CIGYySZdzcXFIXSzrg1F0bOwsS9OyTkmSvNuHFlvhcp+/",
} as const;

function der(base64: string): ArrayBuffer {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
}

describe("an OCSP answer", () => {
  it.each(Object.entries(ANSWERS))("%s is read with its times", (status, base64) => {
    expect(readOcsp(der(base64))).toEqual({
      status,
      revokedAt: status === "revoked" ? "2026-11-21T10:00:00.000Z" : undefined,
      producedAt: "2026-11-21T23:34:27.000Z",
      thisUpdate: "2026-11-21T23:34:27.000Z",
      nextUpdate: "2026-11-28T23:34:27.000Z",
    });
  });

  it("that refuses is told in words, and what is none is not believed", () => {
    expect(() => readOcsp(new Uint8Array([0x30, 3, 0x0a, 1, 6]).buffer)).toThrow(
      "It does not answer for this issuer.",
    );
    for (const wrong of ["", "AA==", "MAA=", btoa("<html></html>"), ANSWERS.good.slice(0, 60)]) {
      expect(() => readOcsp(der(wrong)), wrong).toThrow();
    }
  });

  it("is asked for by issuer and number, and a silent responder is named", async () => {
    let isThere = true;
    const path = "/.well-known/pki/ocsp/iss-local/3a7f01";
    const server = serve({
      [`GET ${path}`]: () => (isThere ? new Response(der(ANSWERS.revoked)) : refusal(503, "unavailable")),
    });
    show(<OcspCheck issuerId="iss-local" serial="3a7f01" />);
    await userEvent.click(screen.getByRole("button", { name: "Ask OCSP" }));
    expect(await screen.findByText("Revoked")).toBeInTheDocument();
    expect(server.of("GET", path)).toHaveLength(1);
    isThere = false;
    await userEvent.click(screen.getByRole("button", { name: "Ask OCSP" }));
    expect(await screen.findByText("OCSP gave no answer")).toBeInTheDocument();
  });
});
