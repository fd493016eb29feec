// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "@playwright/test";
import { shoot } from "../helpers/a11y";
import { answer, customerCalls, leave, ringing, sit, timer } from "../helpers/actors";
import { mostGap, mostMissing, watchMachine } from "../helpers/machine";
import { expectSilence, expectTone, lastRecording, recorded, voice, watchGaps } from "../helpers/media";

test("a customer dials the 400 number; the agent answers by keyboard; both hear each other, and hold, keys and the record are right", async ({
  browser,
}) => {
  const mei = await sit(browser, "mei", { hz: 1000 });
  const { page } = mei;
  const customer = await customerCalls(page, { tone_hz: 440, keys: ",,,,,,1,2,3", hang_up_after_s: 60 });

  await expect(ringing(page)).toBeVisible({ timeout: 20_000 });
  await expect(ringing(page)).toContainText("138 0013 8000");
  await expect.poll(() => page.title(), { intervals: [200] }).toContain("138 0013 8000");
  await shoot(page, "call-1-ringing");
  await page.keyboard.press("Alt+KeyJ");
  await expect(timer(page)).toBeVisible();
  await expectTone(page, 440);
  await expect.poll(async () => (await customer.state()).heard_dbov, { timeout: 8000 }).toBeGreaterThan(-35);
  await expect(page.getByText("录音中")).toBeVisible();
  await expect(page.getByTestId("caller-keys")).toContainText("123", { timeout: 15_000 });
  await shoot(page, "call-2-talking");

  await page.keyboard.press("Alt+KeyM");
  await expect.poll(async () => (await customer.state()).heard_dbov, { timeout: 8000 }).toBeLessThan(-60);
  await page.keyboard.press("Alt+KeyM");
  await expect.poll(async () => (await customer.state()).heard_dbov, { timeout: 8000 }).toBeGreaterThan(-35);

  await page.keyboard.press("Alt+KeyO");
  await expect(page.getByRole("button", { name: "取回" })).toBeVisible();
  await expectSilence(page);
  await shoot(page, "call-3-held");
  await page.keyboard.press("Alt+KeyO");
  await expectTone(page, 440);

  await page.keyboard.press("Alt+KeyK");
  await expect(timer(page)).toBeHidden();
  await expect.poll(async () => (await customer.state()).state).toBe("ended");
  await expect(page.getByText("通话已结束")).toBeVisible();
  await shoot(page, "call-4-wrap-up");

  await page.getByRole("link", { name: "查看记录" }).click();
  const detail = page.getByRole("region", { name: "通话详情" });
  await expect(detail).toContainText("138 0013 8000");
  await expect(detail).toContainText("坐席");
  await detail.getByRole("button", { name: "播放", exact: true }).click();
  const recording = page.getByTestId("recording");
  await expect
    .poll(() => recording.evaluate((a: HTMLAudioElement) => a.currentTime), { timeout: 8000 })
    .toBeGreaterThan(0.5);
  expect(await recording.evaluate((a: HTMLAudioElement) => a.duration)).toBeGreaterThan(5);
  await shoot(page, "call-5-record");
  await leave(mei);
});

test("the customer hangs up: the call ends in the page, and the record says who ended it", async ({ browser }) => {
  const mei = await sit(browser, "mei");
  const customer = await customerCalls(mei.page, { hang_up_after_s: 60 });
  await answer(mei.page);
  await expectTone(mei.page, 440);
  await customer.hangUp();
  await expect(timer(mei.page)).toBeHidden();
  await mei.page.getByRole("link", { name: "查看记录" }).click();
  const by = mei.page.getByRole("region", { name: "通话详情" }).locator("div:has(> dt:text-is('挂断方'))");
  await expect(by).toContainText("主叫");
  await leave(mei);
});

test("a customer who gives up while it rings takes the card away", async ({ browser }) => {
  const mei = await sit(browser, "mei");
  const customer = await customerCalls(mei.page);
  await expect(ringing(mei.page)).toBeVisible({ timeout: 20_000 });
  await customer.hangUp();
  await expect(ringing(mei.page)).toBeHidden();
  await leave(mei);
});

test("browser to browser: an agent dials a colleague, both hear each other, the caller hangs up", async ({
  browser,
}) => {
  const mei = await sit(browser, "mei", { hz: 700 });
  const lei = await sit(browser, "lei", { hz: 1300 });
  await mei.page.getByLabel("要拨打的号码").fill(lei.number);
  await mei.page.getByLabel("要拨打的号码").press("Enter");
  await expect(ringing(lei.page)).toContainText("李梅", { timeout: 20_000 });
  await answer(lei.page);
  await expectTone(lei.page, 700);
  await expectTone(mei.page, 1300);
  await mei.page.keyboard.press("Alt+KeyK");
  await expect(timer(lei.page)).toBeHidden();
  await expect(timer(mei.page)).toBeHidden();
  await leave(mei, lei);
});

test("a blind transfer moves the customer to a colleague", async ({ browser }) => {
  const mei = await sit(browser, "mei", { hz: 700 });
  const lei = await sit(browser, "lei", { hz: 1300, ready: false });
  await customerCalls(mei.page, { hang_up_after_s: 60 });
  await answer(mei.page);
  await expectTone(mei.page, 440);
  await mei.page.keyboard.press("Alt+KeyT");
  const dialog = mei.page.getByRole("dialog", { name: "转接通话" });
  await dialog.getByLabel("姓名、分机或号码").fill("张磊");
  await shoot(mei.page, "call-6-transfer");
  await dialog.getByRole("button", { name: /张磊/ }).click();
  await expect(timer(mei.page)).toBeHidden();
  await answer(lei.page);
  await expectTone(lei.page, 440);
  await lei.page.keyboard.press("Alt+KeyK");
  await leave(mei, lei);
});

test("a reload in the middle of a call: the sound is back within 4 seconds, same call", async ({ browser }) => {
  const mei = await sit(browser, "mei", { hz: 900 });
  const customer = await customerCalls(mei.page, { hang_up_after_s: 90 });
  await answer(mei.page);
  await expectTone(mei.page, 440);
  mei.page.on("dialog", (d) => void d.accept());
  const stalls = await watchMachine();
  const began = Date.now();
  await mei.page.reload();
  await expectTone(mei.page, 440, 15_000);
  const took = Date.now() - began;
  expect(took, "reload to sound, in ms").toBeLessThan(4000 + (await stalls()).total);
  await expect.poll(async () => (await customer.state()).heard_dbov, { timeout: 8000 }).toBeGreaterThan(-35);
  await mei.page.keyboard.press("Alt+KeyK");
  await expect.poll(async () => (await customer.state()).state).toBe("ended");
  await leave(mei);
});

test.describe("without a gap", () => {
  // A busy machine makes a gap by itself now and then, also one that is not measured; a fault of ours is there every time.
  test.describe.configure({ retries: 2 });

  /** Seconds of talk. A release is proved with `TALK_S=60 npm run e2e`. */
  const talk = Number(process.env.TALK_S ?? 20);

  test("a talk without a gap over 40 ms, in the page and in both channels of the recording", async ({ browser }) => {
    test.setTimeout(90_000 + talk * 1000);
    // The watcher runs in the audio thread, as a script of ours that the page's own policy rightly forbids.
    const mei = await sit(browser, "mei", { hz: 900, bypassCSP: true });
    const customer = await customerCalls(mei.page, { hang_up_after_s: talk + 60 });
    await answer(mei.page);
    await expectTone(mei.page, 440);
    const stalls = await watchMachine();
    const longest = await watchGaps(mei.page);
    await mei.page.waitForTimeout(talk * 1000);
    const stood = await stalls();
    expect(await longest(), "longest silence in the page, in ms").toBeLessThan(mostGap(stood));
    await mei.page.keyboard.press("Alt+KeyK");
    await expect.poll(async () => (await customer.state()).state).toBe("ended");
    const [theirs, ours] = await recorded(mei.page, await lastRecording(mei.page));
    expect(Math.abs((theirs?.hz ?? 0) - 440), `customer ${theirs?.hz} Hz`).toBeLessThan(60);
    expect(Math.abs((ours?.hz ?? 0) - 900), `agent ${ours?.hz} Hz`).toBeLessThan(60);
    expect(theirs?.longest, "longest silence of the customer's channel, in ms").toBeLessThan(mostGap(stood));
    expect(ours?.longest, "longest silence of the agent's channel, in ms").toBeLessThan(mostGap(stood));
    expect(theirs?.missing, "silence of the customer's channel, in s").toBeLessThan(mostMissing(stood));
    expect(ours?.missing, "silence of the agent's channel, in s").toBeLessThan(mostMissing(stood));
    await leave(mei);
  });
});

test("one tab has the phone; the other takes it on demand, with the call, and gets it when that tab dies", async ({
  browser,
}) => {
  const mei = await sit(browser, "mei", { hz: 900 });
  await voice(mei.context, 1200);
  const second = await mei.context.newPage();
  await second.goto("/");
  await expect(second.getByText("电话在另一个标签页或设备上使用。")).toBeVisible();
  const customer = await customerCalls(mei.page, { hang_up_after_s: 60 });
  await answer(mei.page);
  await expectTone(mei.page, 440);
  await second.bringToFront();
  await second.getByRole("button", { name: "在此标签页使用" }).click();
  await expectTone(second, 440);
  await expect.poll(async () => (await customer.state()).heard_dbov, { timeout: 8000 }).toBeGreaterThan(-35);
  await expect(mei.page.getByText("电话在另一个标签页或设备上使用。")).toBeVisible();
  await second.close();
  await mei.page.bringToFront();
  await expectTone(mei.page, 440);
  await expect(mei.page.getByText("电话在另一个标签页或设备上使用。")).toBeHidden();
  await mei.page.keyboard.press("Alt+KeyK");
  await expect.poll(async () => (await customer.state()).state).toBe("ended");
  await leave(mei);
});
