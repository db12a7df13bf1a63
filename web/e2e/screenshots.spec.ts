// What the main pages look like: `cargo xtask screenshots` writes docs/images.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, signIn, test } from "./fixtures";
import { smallPicture } from "./png";
import { setting } from "./setting";

/** Nobody waits for large pictures in a document. */
const LARGEST = 80_000;

const PAGES: readonly (readonly [string, string])[] = [
  ["dashboard", ""],
  ["certificates", "certificates"],
  ["certificate", "certificates/mc-www"],
  ["deployments", "certificates/mc-www?tab=deployments"],
  ["jobs", "jobs"],
  ["approvals", "approvals"],
  ["notifications", "notifications"],
  ["agents", "agents"],
  ["policies", "policies"],
  ["revocations", "revocations"],
  ["audit", "audit"],
  ["observability", "observability"],
];

test("the main pages have their pictures", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await signIn(page, setting.demo.url, setting.demo.key);
  for (const [name, path] of PAGES) {
    await page.goto(`${setting.demo.url}/${path}`);
    await page.locator("main h1").first().waitFor();
    await expect(page.locator("main [role=status][aria-label=Loading]")).toHaveCount(0);
    const picture = await smallPicture(page);
    expect(picture.length, name).toBeLessThan(LARGEST);
    writeFileSync(join(setting.images, `${name}.png`), picture);
  }
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${setting.demo.url}/`);
  await expect(page.getByRole("heading", { name: "Needs attention" })).toBeVisible();
  await expect(page.locator("main [role=status][aria-label=Loading]")).toHaveCount(0);
  const dark = await smallPicture(page);
  expect(dark.length).toBeLessThan(LARGEST);
  writeFileSync(join(setting.images, "dashboard-dark.png"), dark);
});
