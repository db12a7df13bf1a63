// What goes wrong while people work: each leaves what they typed, and says what to do.

import { expect, signIn, test, watch } from "./fixtures";
import { setting } from "./setting";
import type { APIRequestContext, Page, Route } from "@playwright/test";

const TEAMS = "**/api/v1/teams";

async function newTeam(page: Page, name: string): Promise<void> {
  await page.goto(`${setting.demo.url}/teams`);
  await page.getByRole("button", { name: "New team" }).click();
  await page.getByLabel("Name").fill(name);
}

const create = (page: Page) => page.getByRole("button", { name: "Create" }).click();
const created = (page: Page) => expect(page.getByText("The team was created.")).toBeVisible();

async function teamsCalled(api: APIRequestContext, name: string): Promise<{ id: string }[]> {
  const answer = await api.get("/api/v1/teams?per_page=500");
  const { data } = (await answer.json()) as { data: { id: string; name: string }[] };
  return data.filter((one) => one.name === name);
}

async function madeTeam(api: APIRequestContext, name: string): Promise<string> {
  const answer = await api.post("/api/v1/teams", { data: { name, description: "as it was" } });
  return ((await answer.json()) as { id: string }).id;
}

/** Answers the next change of a collection, and lets everything else through. */
async function refuseOnce(page: Page, answer: (route: Route) => Promise<void>): Promise<void> {
  let isDone = false;
  await page.route(TEAMS, async (route) => {
    if (isDone || route.request().method() !== "POST") return route.fallback();
    isDone = true;
    await answer(route);
  });
}

test.beforeEach(async ({ page }) => {
  await signIn(page, setting.demo.url, setting.demo.key);
});

test("a server that goes away is said, and nothing that was typed is lost", async ({ page }) => {
  await newTeam(page, "Night shift");
  await page.context().setOffline(true);
  await create(page);
  await expect(page.getByRole("alert")).toContainText("cannot be reached");
  await expect(page.getByLabel("Name")).toHaveValue("Night shift");
  await page.context().setOffline(false);
  await create(page);
  await created(page);
});

test("a session that ends under a form is opened again above it", async ({ page }) => {
  await newTeam(page, "Early shift");
  await page.context().clearCookies();
  await create(page);
  const ended = page.getByRole("dialog", { name: "Your session has ended" });
  await expect(ended).toBeVisible();
  await ended.getByLabel("API key").fill(setting.demo.key);
  await ended.getByRole("button", { name: "Sign in" }).click();
  await expect(ended).toHaveCount(0);
  await expect(page.getByLabel("Name")).toHaveValue("Early shift");
  await create(page);
  await created(page);
});

test("two people who change the same thing see both versions", async ({ page, api }) => {
  const id = await madeTeam(api, "Twice changed");
  await page.goto(`${setting.demo.url}/teams/${id}`);
  await page.getByRole("button", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Description").fill("mine");
  const change = (description: string) =>
    api.put(`/api/v1/teams/${id}`, { data: { name: "Twice changed", description } });
  expect((await change("theirs")).ok()).toBe(true);
  await dialog.getByRole("button", { name: "Save" }).click();
  const row = dialog.getByRole("row", { name: /description/ });
  await expect(dialog.getByRole("alert")).toContainText("Somebody else changed this");
  await expect(row.getByRole("cell")).toHaveText(["description", "mine", "theirs"]);
  await expect(dialog.getByLabel("Description")).toHaveValue("mine");
  await dialog.getByRole("button", { name: "Save mine over theirs" }).click();
  await expect(page.getByText("The team was saved.")).toBeVisible();
  await expect(page.getByRole("definition").filter({ hasText: "mine" })).toBeVisible();

  // Or theirs is taken, and nothing is sent.
  await page.getByRole("button", { name: "Edit" }).click();
  await dialog.getByLabel("Description").fill("mine again");
  expect((await change("theirs again")).ok()).toBe(true);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByRole("button", { name: "Take theirs" }).click();
  await expect(dialog.getByLabel("Description")).toHaveValue("theirs again");
  await expect(dialog.getByRole("button", { name: "Save" })).toBeDisabled();
});

test("what cannot be read cannot be overwritten", async ({ page, api }) => {
  const id = await madeTeam(api, "Hard to read");
  await page.goto(`${setting.demo.url}/teams/${id}`);
  await expect(page.getByRole("heading", { name: "Hard to read" })).toBeVisible();
  await page.route(`**/api/v1/teams/${id}`, (route) => route.abort());
  await page.getByRole("button", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("alert")).toContainText("The team cannot be read");
  await expect(dialog.getByRole("button", { name: "Save" })).toBeDisabled();
  await page.unroute(`**/api/v1/teams/${id}`);
  await dialog.getByRole("button", { name: "Try again" }).click();
  await expect(dialog.getByLabel("Description")).toHaveValue("as it was");
});

test("a text that is too long for the server is named, and can be shortened", async ({ page }) => {
  await newTeam(page, "Verbose");
  await page.getByLabel("Description").fill("so ".repeat(500_000));
  await create(page);
  await expect(page.getByRole("alert").last()).toContainText(/too large|larger than|longer than/);
  await expect(page.getByLabel("Name")).toHaveValue("Verbose");
  await page.getByLabel("Description").fill("short");
  await create(page);
  await created(page);
});

test("refusals stand at their fields", async ({ page }) => {
  await newTeam(page, "n".repeat(400));
  await page.getByLabel("Description").fill("kept");
  await create(page);
  const name = page.getByLabel("Name");
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveAccessibleDescription(/longer|at most|characters/);
  await expect(page.getByLabel("Description")).toHaveValue("kept");
  await name.fill("Not so long");
  await create(page);
  await created(page);
});

test("a server that wants a pause says how long, and counts it down", async ({ page }) => {
  await newTeam(page, "Impatient");
  await refuseOnce(page, (route) =>
    route.fulfill({
      status: 429,
      headers: { "retry-after": "3" },
      json: { error: "too_many_requests", message: "too many calls", request_id: "req-1" },
    }),
  );
  await create(page);
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("Too many calls.");
  await expect(alert).toContainText("takes the next try in 3 s");
  await expect(alert).toContainText("takes the next try in 1 s");
  await expect(alert).not.toContainText("takes the next try");
  await create(page);
  await created(page);
});

test("a slow answer is waited for, and the same form is not sent twice", async ({ page, api }) => {
  await newTeam(page, "Patient");
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let sent = 0;
  await page.route(TEAMS, async (route) => {
    if (route.request().method() !== "POST") return route.fallback();
    sent += 1;
    await held;
    return route.fallback();
  });
  await create(page);
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Create" })).toBeDisabled();
  await page.getByLabel("Name").press("Enter");
  await expect(page.getByLabel("Name")).toHaveValue("Patient");
  release();
  await created(page);
  expect(sent).toBe(1);
  expect(await teamsCalled(api, "Patient")).toHaveLength(1);
});

test("an answer that is lost on its way does not make the same thing twice", async ({ page, api }) => {
  await newTeam(page, "Only once");
  await refuseOnce(page, async (route) => {
    await route.fetch();
    await route.abort();
  });
  await create(page);
  await expect(page.getByRole("alert")).toContainText("cannot be reached");
  await create(page);
  await created(page);
  expect(await teamsCalled(api, "Only once")).toHaveLength(1);
});

test("without live events the page says so, goes on reading, and comes back", async ({ page, api }) => {
  // Each stream ends as soon as it has begun.
  await page.route("**/api/v1/events", (route) =>
    route.fulfill({ contentType: "text/event-stream", body: ": hello\n\n" }),
  );
  await page.goto(`${setting.demo.url}/teams`);
  await expect(page.getByText(/Reconnecting/)).toBeVisible();
  await madeTeam(api, "Heard of late");
  await expect(page.getByRole("link", { name: "Heard of late" })).toBeVisible();
  await page.unroute("**/api/v1/events");
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await madeTeam(api, "Heard of at once");
  await expect(page.getByRole("link", { name: "Heard of at once" })).toBeVisible({ timeout: 10_000 });
});

test("times follow the server's clock, not the browser's", async ({ browser }) => {
  const context = await browser.newContext();
  await context.clock.install({ time: Date.now() + 5 * 3_600_000 });
  const page = await context.newPage();
  await signIn(page, setting.demo.url, setting.demo.key);
  await page.goto(`${setting.demo.url}/`);
  await expect(page.getByText(/Checked/)).toContainText(/sec|now|min/);
  await context.close();
});

test("moments are read and written in the zone of the browser", async ({ browser, api }) => {
  const context = await browser.newContext({ locale: "de-DE", timezoneId: "Pacific/Auckland" });
  const page = await context.newPage();
  const problems = watch(page);
  await signIn(page, setting.demo.url, setting.demo.key);
  await page.goto(`${setting.demo.url}/api-keys`);
  await page.getByRole("button", { name: "New API key" }).click();
  await page.getByLabel("Name").fill("until-autumn");
  await expect(page.getByText("In Pacific/Auckland")).toBeVisible();
  await page.getByLabel("Ends").fill("2027-03-01T10:00");
  await create(page);
  await page.getByRole("button", { name: "I have kept it" }).click();
  const answer = await api.get("/api/v1/api-keys?per_page=500");
  const { data } = (await answer.json()) as { data: { name: string; expires_at?: string }[] };
  const ends = data.find((one) => one.name === "until-autumn")?.expires_at ?? "";
  expect(Date.parse(ends)).toBe(Date.UTC(2027, 1, 28, 21));
  const shown = page.getByRole("row", { name: /until-autumn/ }).locator(`time[datetime="${ends}"]`);
  await expect(shown).toHaveAttribute("title", /10:00:00 .*\(2027-02-28T21:00:00Z\)/);
  expect(problems).toEqual([]);
  await context.close();
});
