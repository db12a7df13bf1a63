import { useQuery } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import type { Operation, Permission } from "@/api/schema";

/** Whether something may still happen; a paused operation waits for somebody. */
export function isMoving(operation: Operation): boolean {
  return operation.state === "pending" || operation.state === "running";
}

/** An operation, read until it has ended: its progress is not told as an event of its own. */
export function useOperation(id: string | undefined) {
  return useQuery({
    queryKey: ["operations", "one", id],
    queryFn: ({ signal }) =>
      call(api.GET("/api/v1/operations/{id}", { params: { path: { id: id ?? "" } }, signal })),
    enabled: id !== undefined && id !== "",
    refetchInterval: (query) => (query.state.data && isMoving(query.state.data) ? 1_000 : false),
  });
}

const NEEDS: Readonly<Record<string, Permission>> = {
  bulk_renew: "certificate.renew",
  bulk_reassign: "certificate.write",
  bulk_revoke: "certificate.revoke_bulk",
};

/** Whoever may do an action may halt it. */
export function mayTurn(operation: Operation, can: (permission: Permission) => boolean): boolean {
  return can("certificate.write") && can(NEEDS[operation.kind] ?? "certificate.write");
}

/** Certificates that an operation does something to. */
export function effective(operation: Operation): number {
  return operation.total_matched - operation.total_skipped - operation.total_failed;
}
