// Choices that this browser keeps.

import { useCallback, useState } from "react";

/** A choice that this browser keeps. */
export function useStored<T>(name: string, initial: T): [T, (value: T) => void] {
  const key = `certctl.${name}`;
  const [value, setValue] = useState<T>(() => {
    try {
      const text = localStorage.getItem(key);
      return text === null ? initial : (JSON.parse(text) as T);
    } catch {
      return initial;
    }
  });
  const set = useCallback(
    (next: T) => {
      setValue(next);
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // It holds until the page is closed.
      }
    },
    [key],
  );
  return [value, set];
}
