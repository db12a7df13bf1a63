// What people do all day, on the demo's data.

import { expect, signIn, test, watch } from "./fixtures";
import { setting } from "./setting";

test("a wrong key is refused, a right one opens the page that was asked for, and signing out closes it", async ({
  page,
}) => {
  await page.goto(`${setting.demo.url}/certificates?status=Expired`);
  await page.getByLabel("API key").fill("ck_wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("not known");
  await page.getByLabel("API key").fill(setting.demo.key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Certificates", level: 1 })).toBeVisible();
  await expect(page).toHaveURL(/status=Expired/);
  // No script sees what keeps the session.
  expect(await page.evaluate(() => document.cookie)).toBe("");
  const cookie = (await page.context().cookies()).find((one) => one.name === "__Host-certctl_session");
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Strict" });
  await page.getByRole("button", { name: /Admin/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to certctl" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Sign in to certctl" })).toBeVisible();
});

test("a renewal is watched, step by step, on the page of its job", async ({ quiet: page }) => {
  await signIn(page, setting.demo.url, setting.demo.key);
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder(/Search certificates/).fill("www.example.com");
  await page
    .getByRole("option", { name: /www\.example\.com/ })
    .first()
    .click();
  await expect(page.getByRole("heading", { name: /www\.example\.com/ })).toBeVisible();
  await page.getByRole("button", { name: "Renew" }).click();
  await page.getByRole("button", { name: "Renew now" }).click();
  await page.getByRole("link", { name: "watch it" }).click();
  // Nobody reloads: the page hears of each step.
  await expect(page.getByRole("heading", { name: /Renewal/ }).getByText("Completed")).toBeVisible({
    timeout: 90_000,
  });
  await expect(page.getByText("CSR accepted").first()).toBeVisible();
});

test("a notification that reached nobody is requeued", async ({ quiet: page }) => {
  await signIn(page, setting.demo.url, setting.demo.key);
  await page.goto(`${setting.demo.url}/notifications?delivery=no_notifier`);
  await page.getByRole("button", { name: "Requeue" }).first().click();
  await expect(page.getByText("It is delivered again.")).toBeVisible();
});

test("a second person approves what one may not approve alone", async ({ browser, api }) => {
  const made = await api.post("/api/v1/api-keys", {
    data: { name: "console-approver", role: "approver", identity: "zoe" },
  });
  const { token } = (await made.json()) as { token: string };
  const page = await (await browser.newContext()).newPage();
  const problems = watch(page);
  await signIn(page, setting.demo.url, token);
  // What an approver may not do is not offered.
  await expect(page.getByRole("link", { name: "API keys" })).toHaveCount(0);
  await page.goto(`${setting.demo.url}/approvals?state=pending`);
  await page.getByRole("button", { name: "Approve", exact: true }).first().click();
  await page.getByLabel("Note").fill("seen in the browser");
  await page.getByRole("dialog").getByRole("button", { name: "Approve", exact: true }).click();
  await expect(page.getByText("The request is approved.")).toBeVisible();
  expect(problems).toEqual([]);
});

test("an issuer is made from its schema, and refusals stand at their fields", async ({ page }) => {
  await signIn(page, setting.demo.url, setting.demo.key);
  await page.goto(`${setting.demo.url}/issuers`);
  await page.getByRole("button", { name: "New issuer" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Create" })).toBeDisabled();
  await dialog.getByLabel("Name", { exact: false }).first().fill("Made in the browser");
  await dialog.getByRole("textbox", { name: "Validity", exact: true }).fill("30 fortnights");
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(dialog.getByRole("alert").first()).toBeVisible();
  await dialog.getByRole("textbox", { name: "Validity", exact: true }).fill("30d");
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("heading", { name: "Made in the browser" })).toBeVisible();
  await page.getByRole("button", { name: "Test now" }).click();
  await expect(page.getByText("Success").first()).toBeVisible();
});

test("many certificates are given to another owner after a preview", async ({ quiet: page }) => {
  await signIn(page, setting.demo.url, setting.demo.key);
  await page.goto(`${setting.demo.url}/certificates?q=shop`);
  await page.getByLabel("Choose every row of this page").check();
  await page.getByRole("button", { name: "Give to another owner" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Owner").selectOption({ index: 1 });
  await dialog.getByRole("button", { name: "Show what would happen" }).click();
  await dialog.getByRole("button", { name: /^Reassign \d+ certificate/ }).click();
  await expect(page.getByRole("progressbar", { name: "Progress" })).toBeVisible();
  await expect(page.getByText("Completed").first()).toBeVisible();
});
