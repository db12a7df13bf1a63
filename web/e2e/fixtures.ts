import { expect, request, test as base, type APIRequestContext, type Page } from "@playwright/test";
import { setting, type Server } from "./setting";

interface Fixtures {
  /** Calls of the demo's API with the key of the administrator. */
  api: APIRequestContext;
  /** A page that fails the test when anything is logged as an error, or refused by the content policy. */
  quiet: Page;
}

export const test = base.extend<Fixtures>({
  api: async ({}, use) => {
    const context = await apiOf(setting.demo);
    await use(context);
    await context.dispose();
  },
  quiet: async ({ page }, use) => {
    const problems = watch(page);
    await use(page);
    expect(problems).toEqual([]);
  },
});

/** Calls of a server's API with the key of its administrator. */
export async function apiOf(server: Server): Promise<APIRequestContext> {
  return request.newContext({
    baseURL: server.url,
    ignoreHTTPSErrors: true,
    extraHTTPHeaders: { authorization: `Bearer ${server.key}` },
  });
}

/**
 * Collects errors of the console and violations of the content policy. Refusals with one of `expected`
 * belong to the test.
 */
export function watch(page: Page, expected: readonly number[] = []): string[] {
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    // It answers 503 while a task is late, which a server that just started may well be.
    if (message.location().url.endsWith("/health/scheduler")) return;
    if (expected.some((status) => message.text().includes(`status of ${status}`))) return;
    problems.push(`${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  void page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`content policy: ${event.violatedDirective} refused ${event.blockedURI}`);
    });
  });
  return problems;
}

export async function signIn(page: Page, url: string, key: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
}

export { expect };
