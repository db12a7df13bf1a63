import { defineConfig } from "@playwright/test";
import { setting } from "./e2e/setting";

// Chromium refuses its own sandbox to the superuser, as whom containers test.
const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

export default defineConfig({
  testDir: "e2e",
  // One server serves all suites of a project; more at once only measures the machine.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  outputDir: `test-results/${setting.results}`,
  use: {
    ignoreHTTPSErrors: true,
    // What is not there is named, rather than waited for until the test ends.
    actionTimeout: 60_000,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    launchOptions: { executablePath: setting.chromium, args },
  },
  projects: [
    // On an empty server, one after the other: what the first made, the second goes on with.
    { name: "onboarding", testMatch: "onboarding.spec.ts" },
    { name: "served", testMatch: "served.spec.ts", dependencies: ["onboarding"] },
    // On the demo's data.
    { name: "work", testMatch: ["work.spec.ts", "trouble.spec.ts"] },
    { name: "pages", testMatch: "pages.spec.ts" },
    { name: "screenshots", testMatch: "screenshots.spec.ts" },
    { name: "speed", testMatch: "speed.spec.ts" },
  ],
});
