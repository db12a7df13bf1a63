// Every page: nothing in the browser's log, nothing that axe finds serious, nothing cut off on a phone.

import AxeBuilder from "@axe-core/playwright";
import type { APIRequestContext, Page, TestInfo } from "@playwright/test";
import { expect, signIn, test } from "./fixtures";
import { setting } from "./setting";

async function firstId(api: APIRequestContext, path: string): Promise<string> {
  const answer = await api.get(`/api/v1/${path}`);
  const { data } = (await answer.json()) as { data: { id: string }[] };
  const id = data[0]?.id;
  if (!id) throw new Error(`the demo has no ${path}`);
  return id;
}

const LISTS = [
  "",
  "certificates",
  "revocations",
  "crl",
  "issuers",
  "agents",
  "agent-groups",
  "targets",
  "jobs",
  "approvals",
  "notifications",
  "notifications?tab=dead",
  "operations",
  "renewal-policies",
  "profiles",
  "policies",
  "policies?tab=violations",
  "owners",
  "teams",
  "channels",
  "routing",
  "audit",
  "audit?tab=calls",
  "observability",
  "api-keys",
  "settings",
  "welcome",
  "no/such/page",
];

const OBJECTS = [
  "issuers",
  "agents",
  "targets",
  "jobs",
  "approvals",
  "notifications",
  "renewal-policies",
  "profiles",
  "policies",
  "owners",
  "teams",
  "audit",
];

/** Buttons that open a form or ask before something is done. */
const DIALOGS: readonly (readonly [string, string])[] = [
  ["certificates", "New certificate"],
  ["issuers", "New issuer"],
  ["targets", "New target"],
  ["channels", "New channel"],
  ["renewal-policies", "New renewal policy"],
  ["profiles", "New profile"],
  ["policies", "New rule"],
  ["owners", "New owner"],
  ["teams", "New team"],
  ["agent-groups", "New agent group"],
  ["agents", "Enrol an agent"],
  ["api-keys", "New API key"],
  ["certificates/mc-www", "Renew"],
  ["certificates/mc-www", "Deploy"],
];
const TABS = [
  "",
  "certificate",
  "versions",
  "deployments",
  "jobs",
  "notifications",
  "activity",
  "revocation",
];

/**
 * Says what axe finds serious in a part of the page, and which colours are too close in the dark. Rows of
 * a table repeat each other: the first few stand for all.
 */
async function seriousProblems(page: Page, part: string): Promise<string[]> {
  const axe = () => new AxeBuilder({ page }).include(part).exclude("tbody tr:nth-child(n + 9)");
  const light = await axe().analyze();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await axe().withRules(["color-contrast"]).analyze();
  const both = [
    ...light.violations,
    ...dark.violations.map((one) => ({ ...one, id: `${one.id} in the dark` })),
  ];
  return both
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => {
      const nodes = one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200));
      return `${one.id}: ${one.help}\n  ${nodes.join("\n  ")}`;
    });
}

/** A picture of what a phone shows, in both themes. Says how much is cut off. */
async function onPhone(page: Page, testInfo: TestInfo, name: string): Promise<number> {
  await page.setViewportSize({ width: 380, height: 800 });
  const file = name.replaceAll(/\W+/g, "-") || "dashboard";
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: testInfo.outputPath(`${file}-${colorScheme}.png`) });
  }
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  await page.setViewportSize({ width: 1440, height: 900 });
  return wide;
}

/**
 * Waits until the page shows something and nothing on it is still to come. What stands there while the
 * session is looked up is not the page.
 */
async function settled(page: Page): Promise<boolean> {
  const isThere = await page
    .locator("#content h1, #content p")
    .first()
    .waitFor()
    .then(() => true)
    .catch(() => false);
  if (isThere) await expect(page.locator("main [role=status][aria-label=Loading]")).toHaveCount(0);
  return isThere;
}

test("every page is clean in both themes and on a phone", async ({ quiet: page, api }, testInfo) => {
  test.setTimeout(900_000);
  await signIn(page, setting.demo.url, setting.demo.key);
  const paths = [...LISTS];
  for (const kind of OBJECTS) paths.push(`${kind}/${await firstId(api, kind)}`);
  for (const tab of TABS) paths.push(`certificates/mc-www${tab && `?tab=${tab}`}`);
  const found: string[] = [];
  for (const path of paths) {
    const note = (text: string) => found.push(`/${path}: ${text}`);
    await page.goto(`${setting.demo.url}/${path}`);
    if (!(await settled(page))) {
      note("shows nothing");
      continue;
    }
    // A refusal has the id of its request; other alerts belong to what is shown.
    const refusals = page
      .getByRole("main")
      .getByRole("alert")
      .filter({ hasText: /Request|be reached/ });
    for (const refusal of await refusals.allTextContents()) note(`says ${refusal}`);
    // What surrounds the pages is the same on all.
    (await seriousProblems(page, path === "" ? "html" : "main")).forEach(note);
    const wide = await onPhone(page, testInfo, path);
    if (wide > 1) note(`${wide} pixels too wide for a phone`);
  }
  expect(found.join("\n")).toBe("");
});

test("what opens above a page is clean, too", async ({ quiet: page }, testInfo) => {
  test.setTimeout(600_000);
  await signIn(page, setting.demo.url, setting.demo.key);
  const found: string[] = [];
  const look = async (what: string) => {
    await expect(page.locator("dialog [role=status][aria-label=Loading]")).toHaveCount(0);
    for (const problem of await seriousProblems(page, "dialog[open]")) found.push(`${what}: ${problem}`);
    await onPhone(page, testInfo, what);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  };
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder(/Search certificates/).fill("www");
  await expect(page.getByRole("option").first()).toBeVisible();
  await look("palette");
  for (const [path, button] of DIALOGS) {
    await page.goto(`${setting.demo.url}/${path}`);
    await page.getByRole("button", { name: button, exact: true }).first().click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await look(button);
  }
  expect(found.join("\n")).toBe("");
});
