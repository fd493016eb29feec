// SPDX-License-Identifier: Apache-2.0
// A browser in a network of its own, with one way to the house at a time: as a telephone has Wi-Fi, then a mobile network.

import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, test as base, chromium } from "@playwright/test";
import config from "../playwright.config";

export const HOUSE = "10.77.0.1";

const WAYS = { wifi: "10.77.1", mobile: "10.77.2" } as const;
export type Name = keyof typeof WAYS;

export interface Road {
  browser: Browser;
  /** The network is gone with its address, as when one walks out of the house. */
  lose(name: Name): void;
  find(name: Name): void;
  close(): Promise<void>;
}

/** Stories with a road. Only in a network namespace of one's own (`npm run road`): the ways end in it. */
export const test = base.extend<{ road: Road }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what is wanted
  road: async ({}, use) => {
    const made = await road();
    await use(made);
    await made.close();
  },
});

async function road(): Promise<Road> {
  const folder = mkdtempSync(join(tmpdir(), "headcall-browser-"));
  const holder = spawn("unshare", ["--net", "sleep", "infinity"], { stdio: "ignore" });
  const there = `/proc/${holder.pid}/ns/net`;
  await apart(there);
  const inside = (...words: string[]) => run("nsenter", `--net=${there}`, "ip", ...words);
  inside("link", "set", "lo", "up");
  // An IPv6 address appears a second after its link, and Chromium drops what it loads whenever an address comes or goes.
  run("nsenter", `--net=${there}`, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
  const find = (name: Name) => {
    const net = WAYS[name];
    remove(`house-${name}`); // of a story before: the kernel clears a network away when it has time
    run("ip", "link", "add", `house-${name}`, "type", "veth", "peer", "name", name, "netns", String(holder.pid));
    run("ip", "address", "add", `${net}.1/24`, "dev", `house-${name}`);
    run("ip", "link", "set", `house-${name}`, "up");
    inside("address", "add", `${net}.2/24`, "dev", name);
    inside("link", "set", name, "up");
    inside("route", "add", "default", "via", `${net}.1`);
  };
  find("wifi");
  const executablePath = join(folder, "chromium");
  const real = process.env.CHROMIUM ?? "/usr/bin/chromium";
  writeFileSync(executablePath, `#!/bin/sh\nexec nsenter --net=${there} ${real} "$@"\n`);
  chmodSync(executablePath, 0o755);
  const browser = await chromium.launch({ ...config.use?.launchOptions, executablePath });
  return {
    browser,
    lose: (name) => inside("link", "delete", name),
    find,
    async close() {
      await browser.close();
      const gone = new Promise((done) => holder.once("exit", done));
      holder.kill();
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function remove(link: string): void {
  if (readFileSync("/proc/self/net/dev", "utf8").includes(`${link}:`)) run("ip", "link", "delete", link);
}

function run(command: string, ...words: string[]): void {
  execFileSync(command, words, { stdio: ["ignore", "ignore", "pipe"] });
}

/** `unshare` has a network of its own a moment after it was started. */
async function apart(there: string): Promise<void> {
  const ours = readlinkSync("/proc/self/ns/net");
  for (let n = 0; n < 100; n++) {
    if (readlinkSync(there) !== ours) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error("no network namespace of its own for the browser: root is needed");
}
