// SPDX-License-Identifier: Apache-2.0
// Frames a second while the figures of 50 queues and 300 agents change, beside an idle page of the same size.

import { expect, type Page, test } from "@playwright/test";
import { logIn } from "../helpers/actors";
import { feed, floor } from "../helpers/board";
import { demo } from "../helpers/system";

const SECONDS = Number(process.env.BENCH_S ?? 10);

interface Frames {
  rate: number;
  longest: number;
}

function frames(page: Page, seconds: number): Promise<Frames> {
  return page.evaluate(
    (s) =>
      new Promise<Frames>((done) => {
        const began = performance.now();
        let last = began;
        let count = 0;
        let longest = 0;
        const next = (now: number) => {
          count += 1;
          longest = Math.max(longest, now - last);
          last = now;
          if (now - began < s * 1000) requestAnimationFrame(next);
          else done({ rate: (count * 1000) / (now - began), longest });
        };
        requestAnimationFrame(next);
      }),
    seconds,
  );
}

for (const path of ["/wallboard", "/supervise"]) {
  test(`frames of ${path} with 50 queues and 300 agents`, async ({ browser }) => {
    const viewport = { width: 1920, height: 1080 };
    const context = await browser.newContext({ baseURL: demo().web, viewport });
    const page = await context.newPage();
    const idle = await frames(page, SECONDS);
    const told = await feed(page, floor());
    await page.goto("/");
    await logIn(page, "anna", demo().agents.find((a) => a.login === "anna")?.password ?? "");
    await page.goto(path);
    await expect(page.locator("article, [data-agent]").first()).toBeVisible();
    const sizes: number[] = [];
    const timer = setInterval(() => sizes.push(told.tick()), 1000);
    const busy = await frames(page, SECONDS);
    clearInterval(timer);
    const kB = sizes.reduce((sum, n) => sum + n, 0) / Math.max(1, sizes.length) / 1000;
    console.log(
      `${path}: ${busy.rate.toFixed(1)} frames/s = ${(busy.rate / idle.rate).toFixed(2)} x an idle page ` +
        `(${idle.rate.toFixed(1)}); longest ${busy.longest.toFixed(0)} ms (idle ${idle.longest.toFixed(0)}); ` +
        `a change is ${kB.toFixed(0)} kB`,
    );
    await context.close();
  });
}
