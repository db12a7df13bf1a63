import {
  MutationCache,
  QueryClient,
  useMutation,
  useQueryClient,
  type QueryKey,
} from "@tanstack/react-query";
import { ApiError } from "@/api/client";

/** What is read stays good for a while; what a server cannot do now it may do in a moment. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    mutationCache: new MutationCache(),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => failures < 2 && error instanceof ApiError && error.isPassing,
        retryDelay: (attempt) => Math.min(1_000 * 2 ** attempt, 8_000),
      },
      mutations: { retry: false },
    },
  });
}

/**
 * A change, and which queries it makes old. `change` gets what it is called with and nothing else,
 * although the library hands on a second argument.
 */
export function useChange<Input, Output>(
  change: (input: Input) => Promise<Output>,
  touches: readonly QueryKey[],
  onDone?: (output: Output, input: Input) => void,
) {
  const queries = useQueryClient();
  return useMutation<Output, Error, Input>({
    mutationFn: (input) => change(input),
    // What was done is told at once, however long the rest takes to be read again.
    onSuccess: (output, input) => {
      for (const queryKey of touches) void queries.invalidateQueries({ queryKey });
      onDone?.(output, input);
    },
    // Somebody else was faster: what is shown is old.
    onError: async (error) => {
      if (error instanceof ApiError && (error.status === 409 || error.status === 404)) {
        await Promise.all(touches.map((queryKey) => queries.invalidateQueries({ queryKey })));
      }
    },
  });
}
