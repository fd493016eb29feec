// SPDX-License-Identifier: Apache-2.0
// Measurements in a real browser. They print figures and assert none: `npx playwright test -c playwright/bench.config.ts`
import base from "./playwright.config";

// A trace copies the page over and over: it would measure itself.
export default { ...base, testDir: "./bench", retries: 0, use: { ...base.use, trace: "off", screenshot: "off" } };
