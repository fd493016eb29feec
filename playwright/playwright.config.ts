// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from "@playwright/test";

const chrome = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
];

export default defineConfig({
  testDir: "./tests",
  outputDir: "./test-results",
  globalSetup: "./helpers/system.ts",
  timeout: 90_000,
  expect: { timeout: 10_000 },
  // One system, three agents, two cores: stories come one after another.
  workers: 1,
  fullyParallel: false,
  // A shared machine may stand still for a second; what fails twice is ours. The list says which story was repeated.
  retries: 1,
  reporter: [["list"]],
  use: {
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    viewport: { width: 1440, height: 900 },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: chrome },
  },
  projects: [{ name: "chromium" }],
});
