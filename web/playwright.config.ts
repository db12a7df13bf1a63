import { defineConfig } from "@playwright/test";
import { setting } from "./e2e/setting";

export default defineConfig({
  testDir: "e2e",
  // One server with demo data serves all of them; more at once only measures the machine.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    ignoreHTTPSErrors: true,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    launchOptions: { executablePath: setting.chromium, args: ["--no-sandbox"] },
  },
  projects: [
    { name: "light", use: { colorScheme: "light" } },
    // The work is the same in both; what is looked at differs.
    { name: "dark", use: { colorScheme: "dark" }, testMatch: "pages.spec.ts" },
  ],
});
