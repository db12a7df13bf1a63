// From an empty installation to a certificate that a real nginx serves, all in the browser.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { connect } from "node:tls";
import { expect, signIn, test } from "./fixtures";
import { setting } from "./setting";

const { agent, empty, nginx } = setting;
const environment = {
  PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
  CERTCTL_SERVER_URL: empty.url,
  CERTCTL_SERVER_CA_BUNDLE_PATH: empty.ca,
  CERTCTL_STATE_DIR: agent.state,
};
let running: ChildProcess | undefined;

test.afterAll(() => {
  running?.kill();
});

/** Serial number of what nginx shows now. */
function served(): Promise<string> {
  const [host, port] = (nginx.target["verify"] as { endpoint: string }).endpoint.split(":");
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host, port: Number(port), servername: nginx.name, rejectUnauthorized: false },
      () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.end();
      },
    );
    socket.on("error", reject);
  });
}

test("the guide leads from nothing to a certificate that is served", async ({ quiet: page }) => {
  test.setTimeout(300_000);
  const before = await served();
  await signIn(page, empty.url, empty.key);
  await expect(page.getByRole("heading", { name: "Your first certificate" })).toBeVisible();
  await page.getByRole("button", { name: "Test now" }).click();
  await page.getByRole("button", { name: /^Go on with/ }).click();

  const commands = await page.getByLabel("Commands for the host", { exact: true }).textContent();
  const token = /--token (\S+)/.exec(commands ?? "")?.[1] ?? "";
  execFileSync(agent.program, ["enroll", "--name", "web-1", "--token", token], { env: environment });
  running = spawn(agent.program, ["run", "--heartbeat-interval", "5s"], {
    env: environment,
    stdio: "ignore",
  });
  await expect(page.getByText("has enrolled")).toBeVisible();
  await page.getByRole("button", { name: "Go on" }).click();

  await page.getByRole("button", { name: "Describe a target" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: false }).first().fill("web");
  for (const name of ["cert_path", "key_path"]) {
    await dialog.getByLabel(name === "cert_path" ? "Cert path" : "Key path").fill(String(nginx.target[name]));
  }
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
  const first = await served();
  expect(first).not.toBe(before);

  // And once more, from the certificate's own page.
  await page.getByRole("link", { name: "Look at it" }).click();
  await page.getByRole("button", { name: "Renew" }).click();
  await page.getByRole("button", { name: "Renew now" }).click();
  await page.getByRole("tab", { name: "Deployments" }).click();
  await expect.poll(served, { timeout: 120_000 }).not.toBe(first);
  await expect(page.getByText("Same")).toBeVisible();
  await expect(page.getByRole("cell", { name: "Served", exact: true })).toBeVisible();
});
