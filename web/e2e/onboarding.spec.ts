// From an empty installation to a certificate that a real nginx serves, all in the browser.

import type { ChildProcess } from "node:child_process";
import { enrolAgent, startAgent } from "./agent";
import { expect, signIn, test } from "./fixtures";
import { served } from "./nginx";
import { setting } from "./setting";

let agent: ChildProcess | undefined;
test.afterAll(() => {
  agent?.kill();
});

test("the guide leads from nothing to a certificate that is served", async ({ quiet: page }) => {
  test.setTimeout(300_000);
  const { empty, nginx } = setting;
  const before = await served();
  await signIn(page, empty.url, empty.key);
  await expect(page.getByRole("heading", { name: "Your first certificate" })).toBeVisible();
  await page.getByRole("button", { name: "Test now" }).click();
  await page.getByRole("button", { name: /^Go on with/ }).click();

  const commands = await page.getByLabel("Commands for the host", { exact: true }).textContent();
  const token = /--token (\S+)/.exec(commands ?? "")?.[1] ?? "";
  // Nobody goes on without an agent.
  await expect(page.getByRole("button", { name: "Go on" })).toBeDisabled();
  enrolAgent("web-1", token);
  agent = startAgent();
  await expect(page.getByText("has enrolled")).toBeVisible();
  await page.getByRole("button", { name: "Go on" }).click();

  await page.getByRole("button", { name: "Describe a target" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: false }).first().fill("web");
  await dialog.getByLabel("Cert path").fill(String(nginx.target["cert_path"]));
  await dialog.getByLabel("Key path").fill(String(nginx.target["key_path"]));
  const command = (name: string) => (nginx.target[name] as string[]).join(" ");
  await dialog.getByLabel("Validate command").fill(command("validate_command"));
  await dialog.getByLabel("Reload command").fill(command("reload_command"));
  const verify = nginx.target["verify"] as { endpoint: string; sni: string };
  const check = dialog.getByRole("group", { name: "Verify", exact: true });
  await check.getByLabel("Endpoint").fill(verify.endpoint);
  await check.getByLabel("Sni").fill(verify.sni);
  await dialog.getByRole("button", { name: "Create" }).click();
  await page.getByLabel("web NGINX").check();
  await page.getByRole("button", { name: "Go on" }).click();

  await page.getByRole("button", { name: "Create the certificate" }).click();
  await dialog.getByLabel("Common name").fill(nginx.name);
  await dialog.getByLabel("Name *", { exact: true }).fill("www");
  for (const label of ["Issuer", "Owner", "Team", "Renewal policy"]) {
    await dialog.getByLabel(label, { exact: false }).first().selectOption({ index: 1 });
  }
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("heading", { name: "It is served" })).toBeVisible({ timeout: 120_000 });
  expect(await served()).not.toBe(before);

  await page.getByRole("button", { name: "To the dashboard" }).click();
  await expect(page.getByRole("heading", { name: "Needs attention" })).toBeVisible();
});
