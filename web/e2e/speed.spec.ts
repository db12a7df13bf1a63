// What it takes to look at a large installation: `cargo xtask bench console` fills one and prints this.

import { expect, signIn, test } from "./fixtures";
import { setting } from "./setting";
import type { Browser, Page } from "@playwright/test";

/** Longest time from asking for a page to working with it, in milliseconds. */
const INTERACTIVE = 1_500;
const RUNS = 5;
const ROWS = 10_000;
/** Turns of the wheel, and how far each goes in pixels. */
const TURNS = 100;
const TURN = 400;

const url = setting.large.url;

/** A line of the table that the benchmark prints. */
function row(what: string, values: readonly number[], unit = "ms"): void {
  const sorted = [...values].sort((a, b) => a - b);
  const [middle, worst] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  console.log(`| ${what} | ${middle?.toFixed(0)} ${unit} | ${worst?.toFixed(0)} ${unit} |`);
}

/** Times from asking for an address to `ready`, each in a browser that has nothing kept but the session. */
async function cold(browser: Browser, session: string, path: string, ready: (page: Page) => Promise<void>) {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, storageState: session });
    const page = await context.newPage();
    const started = performance.now();
    await page.goto(`${url}/${path}`, { waitUntil: "commit" });
    await ready(page);
    times.push(performance.now() - started);
    await context.close();
  }
  return times;
}

test("the first look is there at once", async ({ browser, page }, info) => {
  await signIn(page, url, setting.large.key);
  const session = info.outputPath("session.json");
  await page.context().storageState({ path: session });
  const dashboard = await cold(browser, session, "", async (shown) => {
    await shown.getByRole("heading", { name: "Needs attention" }).waitFor();
    await expect(shown.locator("main [role=status][aria-label=Loading]")).toHaveCount(0);
  });
  const list = await cold(browser, session, "certificates", async (shown) => {
    await shown.getByRole("region", { name: "certificates" }).getByRole("link").first().waitFor();
  });
  row("dashboard, nothing kept in the browser", dashboard);
  row("first page of certificates, nothing kept in the browser", list);
  for (const times of [dashboard, list]) {
    expect([...times].sort((a, b) => a - b)[Math.floor(RUNS / 2)]).toBeLessThan(INTERACTIVE);
  }
});

test("a long list follows the wheel", async ({ page }) => {
  test.setTimeout(300_000);
  await signIn(page, url, setting.large.key);
  await page.goto(`${url}/certificates`);
  await page.getByRole("button", { name: "Show as one long list" }).click();
  const rows = page.locator("[role=region][aria-label=certificates][tabindex]");
  await expect
    .poll(
      async () => {
        await rows.evaluate((element) => element.scrollTo(0, element.scrollHeight));
        return Number(await rows.locator("table").getAttribute("aria-rowcount"));
      },
      { timeout: 240_000, intervals: [50] },
    )
    .toBeGreaterThanOrEqual(ROWS);

  await rows.evaluate((element) => element.scrollTo(0, 0));
  await rows.hover();
  await page.evaluate(() => {
    const frames: number[] = [];
    Object.assign(window, { frames });
    let last = performance.now();
    const next = (now: number) => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  for (let turn = 0; turn < TURNS; turn += 1) await page.mouse.wheel(0, TURN);
  // Not one turn may be lost.
  await expect.poll(() => rows.evaluate((element) => element.scrollTop)).toBe(TURNS * TURN);
  await expect(rows.getByRole("link").first()).toBeVisible();
  const frames = await page.evaluate(() => (window as unknown as { frames: number[] }).frames);
  row(`frame while ${TURNS} turns of the wheel cross ${ROWS} rows`, frames);
});
