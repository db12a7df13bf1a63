import { expect, request, test as base, type APIRequestContext, type Page } from "@playwright/test";
import { setting } from "./setting";

interface Fixtures {
  /** Calls of the API with the key of the administrator. */
  api: APIRequestContext;
  /** A page that fails the test when anything is logged as an error, or refused by the content policy. */
  quiet: Page;
}

export const test = base.extend<Fixtures>({
  api: async ({}, use) => {
    const context = await request.newContext({
      baseURL: setting.demo.url,
      ignoreHTTPSErrors: true,
      extraHTTPHeaders: { authorization: `Bearer ${setting.demo.key}` },
    });
    await use(context);
    await context.dispose();
  },
  quiet: async ({ page }, use) => {
    const problems = watch(page);
    await use(page);
    expect(problems).toEqual([]);
  },
});

/** Collects errors of the console and violations of the content policy. */
export function watch(page: Page): string[] {
  const problems: string[] = [];
  page.on("console", (message) => {
    // It answers 503 while a task is late, which a server that just started may well be.
    const isHealth = message.location().url.endsWith("/health/scheduler");
    if (message.type() === "error" && !isHealth) problems.push(message.text());
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
