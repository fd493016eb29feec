// SPDX-License-Identifier: Apache-2.0
// Stories in which the way between browser and house changes. They need a network of their own: `npm run road`.
import base from "./playwright.config";

export default { ...base, testDir: "./road", globalSetup: "./helpers/road-house.ts" };
