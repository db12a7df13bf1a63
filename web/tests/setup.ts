import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { link } from "@/api/client";

/** Gives an object of the browser what the test environment lacks. */
function fill(object: object, name: string, value: unknown): void {
  if (!(name in object)) Object.defineProperty(object, name, { value, configurable: true, writable: true });
}

// A busy machine takes its time.
configure({ asyncUtilTimeout: 10_000 });

const nothing = () => undefined;
if (typeof window !== "undefined") {
  fill(HTMLDialogElement.prototype, "showModal", function showModal(this: HTMLDialogElement) {
    this.open = true;
  });
  fill(HTMLDialogElement.prototype, "close", function close(this: HTMLDialogElement) {
    this.open = false;
  });
  fill(Element.prototype, "scrollIntoView", nothing);
  fill(
    globalThis,
    "ResizeObserver",
    class {
      observe = nothing;
      unobserve = nothing;
      disconnect = nothing;
    },
  );
  // The environment has one that answers nothing.
  Object.defineProperty(window, "matchMedia", {
    configurable: true,
    value: (media: string) => ({
      matches: false,
      media,
      addEventListener: nothing,
      removeEventListener: nothing,
    }),
  });
}

beforeEach(() => {
  if (typeof window !== "undefined") localStorage.clear();
  link.csrfToken = undefined;
  link.clockSkew = 0;
  link.onSignedOut = undefined;
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
