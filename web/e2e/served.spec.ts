// What is done with a certificate that a real nginx serves, and how somebody hears of it.

import type { ChildProcess } from "node:child_process";
import { startAgent } from "./agent";
import { apiOf, expect, signIn, test } from "./fixtures";
import { served } from "./nginx";
import { setting } from "./setting";

test.describe.configure({ mode: "serial" });

let agent: ChildProcess | undefined;
test.beforeAll(() => {
  agent = startAgent();
});
test.afterAll(() => {
  agent?.kill();
});
test.beforeEach(async ({ quiet: page }) => {
  await signIn(page, setting.empty.url, setting.empty.key);
});

test("a channel is made from its schema and takes what the routing gives it", async ({ quiet: page }) => {
  await page.goto(`${setting.empty.url}/channels`);
  await page.getByRole("button", { name: "New channel" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name *").fill("Operators");
  await dialog.getByLabel("Type *").selectOption("Webhook");
  await dialog.getByLabel("Url *").fill(setting.hook);
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("heading", { name: "Operators" })).toBeVisible();
  // The address is a secret: nobody reads it again.
  await expect(page.getByText("Set, not shown")).toBeVisible();
  await expect(page.getByText(setting.hook)).toHaveCount(0);

  await page.goto(`${setting.empty.url}/routing`);
  await page.getByRole("group", { name: "Informational", exact: true }).getByLabel("Operators").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The routing was saved.")).toBeVisible();
});

test("a certificate is found with the palette, renewed, and nginx serves the new one", async ({
  quiet: page,
}) => {
  test.setTimeout(240_000);
  const before = await served();
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder(/Search certificates/).fill(setting.nginx.name);
  await page.getByRole("option", { name: setting.nginx.name }).first().click();
  await expect(page.getByRole("heading", { name: setting.nginx.name })).toBeVisible();
  await page.getByRole("button", { name: "Renew" }).click();
  await page.getByRole("button", { name: "Renew now" }).click();
  await page.getByRole("tab", { name: "Deployments" }).click();
  await expect.poll(served, { timeout: 120_000 }).not.toBe(before);
  // Nobody reloads: the page hears of it.
  await expect(page.getByRole("cell", { name: "Served", exact: true })).toBeVisible();
  await expect(page.getByText("Same")).toBeVisible();
  await page.getByRole("tab", { name: "Versions" }).click();
  // Long numbers are shown with their beginning.
  const serial = (await served()).toLowerCase().slice(0, 16);
  await expect(page.getByRole("tabpanel")).toContainText(serial);
});

test("a message that a channel refused is found among the dead letters and sent again", async ({
  quiet: page,
}) => {
  await page.goto(`${setting.empty.url}/notifications?tab=dead`);
  const letter = page.getByRole("article").first();
  await expect(letter).toContainText("HTTP 404");
  await expect(letter).toContainText(/Retry \d\/\d/);
  await letter.getByRole("button", { name: "Requeue" }).click();
  await expect(page.getByText("It is delivered again.")).toBeVisible();
  // The receiver takes it this time.
  await expect(page.getByText("Everything arrived")).toBeVisible();
  const api = await apiOf(setting.empty);
  const dead = await api.get("/api/v1/notifications?status=dead");
  expect(((await dead.json()) as { total: number }).total).toBe(0);
  await api.dispose();
});

test("a revocation shows what it hits before, and stands on the CRL afterwards", async ({ quiet: page }) => {
  const serial = (await served()).toLowerCase();
  await page.goto(`${setting.empty.url}/certificates`);
  await page.getByRole("link", { name: setting.nginx.name }).first().click();
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Revoke" }).click();
  const dialog = page.getByRole("dialog");
  const revoke = dialog.getByRole("button", { name: "Revoke", exact: true });
  await dialog.getByLabel("Reason").selectOption("superseded");
  const impact = dialog.getByRole("region", { name: "What would happen" });
  await expect(impact).toContainText("1 target serves them");
  await expect(impact).toContainText(serial.slice(0, 12));
  await expect(revoke).toBeDisabled();
  await dialog.getByLabel(/^Type/).fill("www");
  await revoke.click();
  await expect(page.getByText(/^Revoked: 2 leaves/)).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 }).getByText("Revoked")).toBeVisible();

  await page.goto(`${setting.empty.url}/revocations`);
  await expect(page.getByRole("row", { name: new RegExp(serial.slice(0, 12)) })).toBeVisible();
  const api = await apiOf(setting.empty);
  const listed = async () => (await api.get("/api/v1/crl/iss-local/entries")).text();
  await expect.poll(listed).toContain(serial);
  await api.dispose();
});
