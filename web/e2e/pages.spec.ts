// Every page: nothing in the browser's log, nothing that axe finds serious, nothing cut off on a phone.

import AxeBuilder from "@axe-core/playwright";
import type { APIRequestContext } from "@playwright/test";
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

test("every page is clean, in this theme and on a phone", async ({ quiet: page, api }, testInfo) => {
  test.setTimeout(900_000);
  await signIn(page, setting.demo.url, setting.demo.key);
  const paths = [...LISTS];
  // Colours are what differs in the dark; every kind of page shows all of them.
  const kinds = testInfo.project.name === "dark" ? ["jobs", "notifications"] : OBJECTS;
  for (const kind of kinds) paths.push(`${kind}/${await firstId(api, kind)}`);
  for (const tab of [
    "",
    "?tab=certificate",
    "?tab=versions",
    "?tab=deployments",
    "?tab=jobs",
    "?tab=activity",
  ]) {
    paths.push(`certificates/mc-www${tab}`);
  }
  const found: string[] = [];
  for (const path of paths) {
    await page.goto(`${setting.demo.url}/${path}`);
    const isThere = await page
      .locator("main h1, main p")
      .first()
      .waitFor({ timeout: 15_000 })
      .then(() => true)
      .catch(() => false);
    if (!isThere) {
      found.push(`/${path}: shows nothing`);
      continue;
    }
    await expect(page.locator("main [role=status][aria-label=Loading]")).toHaveCount(0);
    for (const alert of await page.locator("main [role=alert]").allTextContents())
      found.push(`/${path}: says ${alert}`);
    const { violations } = await new AxeBuilder({ page }).analyze();
    for (const one of violations.filter((it) => it.impact === "serious" || it.impact === "critical")) {
      const nodes = one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200));
      found.push(`/${path}: ${one.id}: ${one.help}\n  ${nodes.join("\n  ")}`);
    }
    await page.setViewportSize({ width: 380, height: 800 });
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (wide > 1) found.push(`/${path}: ${wide} pixels too wide for a phone`);
    await page.setViewportSize({ width: 1440, height: 900 });
  }
  expect(found.join("\n")).toBe("");
});
