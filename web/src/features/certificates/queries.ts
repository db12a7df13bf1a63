import { useQuery } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import { fetchPage } from "@/api/lists";

/** The versions of a certificate, newest first, as many as one page holds. */
export function useVersions(id: string) {
  return useQuery({
    queryKey: ["certificates", "versions", id],
    queryFn: ({ signal }) =>
      fetchPage("/api/v1/certificates/{id}/versions", { per_page: 100 }, { id }, signal),
  });
}

/** One version with its chain. */
export function useVersion(id: string, versionId: string | undefined) {
  return useQuery({
    queryKey: ["certificates", "version", id, versionId],
    queryFn: ({ signal }) =>
      call(
        api.GET("/api/v1/certificates/{id}/versions/{version_id}", {
          params: { path: { id, version_id: versionId ?? "" } },
          signal,
        }),
      ),
    enabled: versionId !== undefined,
    // What was issued never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What a chain says, read in the browser. */
export function useParsed(pem: string | null | undefined) {
  return useQuery({
    queryKey: ["parsed", pem],
    queryFn: async () => (await import("@/lib/x509")).parseChain(pem ?? ""),
    enabled: Boolean(pem),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** Where a certificate is deployed, and how that stands. */
export function useDeployments(id: string) {
  return useQuery({
    queryKey: ["certificates", "deployments", id],
    queryFn: ({ signal }) =>
      call(api.GET("/api/v1/certificates/{id}/deployments", { params: { path: { id } }, signal })),
  });
}
