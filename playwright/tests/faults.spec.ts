// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "@playwright/test";
import { shoot } from "../helpers/a11y";
import { answer, type Customer, customerCalls, leave, sit, timer } from "../helpers/actors";
import { expectTone, watchGaps } from "../helpers/media";
import { way } from "../helpers/net";
import { demo, pidOf } from "../helpers/system";

const LOST = "连接已断开，正在重连。通话声音不受影响。";

// A gap of 40 ms is also what two busy processors make by themselves. One that the killing makes is there every time.
test.describe("a process dies", () => {
  test.describe.configure({ retries: 2 });

  test("the backend is killed in the middle of a call: no gap, and three seconds later the agent can hang up", async ({
    browser,
  }) => {
    const mei = await sit(browser, "mei", { hz: 900, bypassCSP: true });
    const { page } = mei;
    const customer = await customerCalls(page, { hang_up_after_s: 90 });
    await answer(page);
    await expectTone(page, 440);
    const longest = await watchGaps(page);
    process.kill(pidOf("backend"), "SIGKILL");
    await page.waitForTimeout(3000);
    await expectTone(page, 440);
    await expect(timer(page)).toBeVisible();
    expect(await page.evaluate(() => window.connections), "the media connection is still the first").toBe(1);
    expect(await longest(), "longest silence in the page, in ms").toBeLessThan(40);
    await page.keyboard.press("Alt+KeyK");
    await expect(timer(page)).toBeHidden({ timeout: 1000 });
    await expect.poll(() => ended(customer), { timeout: 20_000 }).toBe(true);
    await leave(mei);
  });

  test("the SIP bridge is killed in the middle of a call: the talk goes on, and ends on both sides when the agent ends it", async ({
    browser,
  }) => {
    const mei = await sit(browser, "mei", { hz: 900, bypassCSP: true });
    const { page } = mei;
    const customer = await customerCalls(page, { hang_up_after_s: 90 });
    await answer(page);
    await expectTone(page, 440);
    const longest = await watchGaps(page);
    process.kill(pidOf("sip-1"), "SIGKILL");
    await page.waitForTimeout(3000);
    await expectTone(page, 440);
    expect(await page.evaluate(() => window.connections), "the media connection is still the first").toBe(1);
    expect(await longest(), "longest silence in the page, in ms").toBeLessThan(40);
    await page.keyboard.press("Alt+KeyK");
    await expect(timer(page)).toBeHidden({ timeout: 1000 });
    await expect.poll(() => ended(customer), { timeout: 10_000 }).toBe(true);
    await leave(mei);
  });
});

for (const how of ["cut", "blackhole"] as const) {
  test(`the way to the server breaks (${how}): the talk goes on, the page says so, and works again after it`, async ({
    browser,
  }) => {
    const road = await way(Number(new URL(demo().web).port));
    const mei = await sit(browser, "mei", { hz: 900, baseURL: `http://127.0.0.1:${road.port}` });
    const { page } = mei;
    const customer = await customerCalls(page, { hang_up_after_s: 90 });
    await answer(page);
    await expectTone(page, 440);
    road[how]();
    await expect(page.getByText(LOST)).toBeVisible({ timeout: 15_000 });
    await expectTone(page, 440);
    await shoot(page, `fault-${how}`);
    road.pass();
    await expect(page.getByText(LOST)).toBeHidden({ timeout: 15_000 });
    await expectTone(page, 440);
    await page.keyboard.press("Alt+KeyO");
    await expect(page.getByRole("button", { name: "取回" })).toBeVisible();
    await page.keyboard.press("Alt+KeyK");
    await expect.poll(async () => (await customer.state()).state).toBe("ended");
    await leave(mei);
    road.close();
  });
}

/** While the backend starts, the simulator cannot be asked through it. */
function ended(customer: Customer): Promise<boolean> {
  return customer.state().then(
    (c) => c.state === "ended",
    () => false,
  );
}
