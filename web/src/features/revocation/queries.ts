import { useQuery, type QueryKey } from "@tanstack/react-query";
import { api, ApiError, call } from "@/api/client";
import type { RevokeRequest } from "@/api/schema";

/** What a revocation makes old. */
export const REVOCATION_TOUCHES: readonly QueryKey[] = [
  ["certificates"],
  ["revocations"],
  ["crl"],
  ["jobs"],
  ["statistics"],
];

/** Every revocation of a certificate's leaves, newest first. */
export function useRevocations(id: string, enabled = true) {
  return useQuery({
    queryKey: ["certificates", "revocations", id],
    queryFn: ({ signal }) =>
      call(api.GET("/api/v1/certificates/{id}/revocations", { params: { path: { id } }, signal })),
    enabled,
  });
}

/** What a revocation would do, asked anew when the wish changes. */
export function useRevocationPreview(id: string, wish: RevokeRequest | undefined) {
  return useQuery({
    // No part of the certificates: what happens elsewhere does not ask anew.
    queryKey: ["revocation-preview", id, wish],
    queryFn: async ({ signal }) => {
      const answer = await call(
        api.POST("/api/v1/certificates/{id}/revoke", {
          params: { path: { id }, query: { dry_run: true } },
          body: wish ?? {},
          signal,
        }),
      );
      if (!("leaves" in answer)) throw new Error("The server answered with something else than a preview.");
      return answer;
    },
    enabled: wish !== undefined,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/** The CRLs of an issuer; null for a CA outside certctl, which publishes its own. */
export function useCrls(issuerId: string, enabled = true) {
  return useQuery({
    queryKey: ["crl", "one", issuerId],
    queryFn: async ({ signal }) => {
      try {
        return await call(api.GET("/api/v1/crl/{id}", { params: { path: { id: issuerId } }, signal }));
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    enabled: enabled && issuerId !== "",
    // A new CRL is no event.
    refetchInterval: 15_000,
  });
}
