// SPDX-License-Identifier: Apache-2.0
import { type APIRequestContext, expect, test } from "@playwright/test";
import { shoot } from "../helpers/a11y";
import { answer, type Customer, customerCalls, leave, ringing, sit, timer } from "../helpers/actors";
import { mostGap, watchMachine } from "../helpers/machine";
import { expectTone, watchGaps } from "../helpers/media";
import { way } from "../helpers/net";
import { demo, pidOf } from "../helpers/system";

const LOST = "连接已断开，正在重连。通话声音不受影响。";

// A busy machine makes a gap by itself now and then, also one that is not measured; one of the killing is there every time.
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
    const stalls = await watchMachine();
    const longest = await watchGaps(page);
    process.kill(pidOf("backend"), "SIGKILL");
    await page.waitForTimeout(3000);
    await expectTone(page, 440);
    await expect(timer(page)).toBeVisible();
    expect(await page.evaluate(() => window.connections), "the media connection is still the first").toBe(1);
    expect(await longest(), "longest silence in the page, in ms").toBeLessThan(mostGap(await stalls()));
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
    const stalls = await watchMachine();
    const longest = await watchGaps(page);
    process.kill(pidOf("sip-1"), "SIGKILL");
    await page.waitForTimeout(3000);
    await expectTone(page, 440);
    expect(await page.evaluate(() => window.connections), "the media connection is still the first").toBe(1);
    expect(await longest(), "longest silence in the page, in ms").toBeLessThan(mostGap(await stalls()));
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

test("the agent's tab crashes and comes back twelve seconds later: music for the caller, then the same call and recording", async ({
  browser,
}) => {
  const mei = await sit(browser, "mei", { hz: 900 });
  const customer = await customerCalls(mei.page, { hang_up_after_s: 90 });
  await answer(mei.page);
  await expectTone(mei.page, 440);
  const before = await lastCall(mei.page.request);
  const dead = mei.page;
  const cdp = await mei.context.newCDPSession(dead);
  void cdp.send("Page.crash").catch(() => undefined);
  const silentAt = Date.now();
  const kinds = async () => (await lastCall(mei.context.request)).log.map((entry) => entry.type);
  await expect.poll(kinds, { timeout: 10_000 }).toContain("media_lost");
  await expect.poll(async () => (await customer.state()).heard_dbov, { message: "hears music" }).toBeGreaterThan(-45);
  await new Promise((done) => setTimeout(done, Math.max(0, 12_000 - (Date.now() - silentAt))));
  mei.page = await mei.context.newPage();
  await mei.page.goto("/");
  await expect(timer(mei.page)).toBeVisible({ timeout: 8000 });
  await expectTone(mei.page, 440);
  await mei.page.keyboard.press("Alt+KeyK");
  await expect(timer(mei.page)).toBeHidden();
  await expect.poll(async () => (await lastCall(mei.context.request)).ended_at).not.toBeNull();
  const after = await lastCall(mei.context.request);
  expect(after.call_id).toBe(before.call_id);
  expect(after.recordings.map((r) => r.recording_id)).toEqual(before.recordings.map((r) => r.recording_id));
  expect(after.log.filter((entry) => entry.type === "queue_entered")).toHaveLength(1);
  await leave(mei);
});

test("an agent whose microphone is forbidden, then whose tab is frozen, is offered nothing, sees why, and stays ready", async ({
  browser,
}) => {
  const mei = await sit(browser, "mei", { hz: 900 });
  const { page } = mei;
  const cdp = await mei.context.newCDPSession(page);
  const { browserContextId = "" } = (await cdp.send("Target.getTargetInfo")).targetInfo;
  const microphone = (setting: "denied" | "granted") =>
    cdp.send("Browser.setPermission", { permission: { name: "microphone" }, setting, browserContextId });
  await microphone("denied");
  const why = page.getByText(/^暂不分配来电：本页无法使用麦克风/);
  await expect(why).toBeVisible();
  await shoot(page, "fault-microphone");
  const customer = await customerCalls(page, { hang_up_after_s: 90 });
  await page.waitForTimeout(3000);
  await expect(ringing(page)).toBeHidden();
  await expect(page.getByTestId("agent-state")).toHaveText("就绪");
  expect(await worker(mei.context.request)).toMatchObject({ state: "ready", is_fit: false });
  await cdp.send("Debugger.enable");
  void cdp.send("Debugger.pause"); // the page stops between two steps, as a frozen one does
  await microphone("granted");
  await new Promise((done) => setTimeout(done, 12_000));
  expect((await worker(mei.context.request))?.state, "nobody rings a page that does not answer").toBe("ready");
  expect((await customer.state()).state, "answered by the queue, and waiting").toBe("talking");
  await cdp.send("Debugger.resume");
  await answer(page);
  await expect(why).toBeHidden();
  await expectTone(page, 440);
  await page.keyboard.press("Alt+KeyK");
  await leave(mei);
});

interface Worker {
  agent_number: string;
  state: string;
  is_fit: boolean;
}

async function worker(request: APIRequestContext): Promise<Worker | undefined> {
  const { agents } = (await (await request.get("/api/v1/agents")).json()) as { agents: Worker[] };
  return agents.find((a) => a.agent_number === "1001");
}

interface Told {
  call_id: string;
  ended_at: string | null;
  log: { type: string }[];
  recordings: { recording_id: string }[];
}

async function lastCall(request: APIRequestContext): Promise<Told> {
  const { calls } = (await (await request.get("/api/v1/calls?limit=1")).json()) as { calls: { call_id: string }[] };
  return (await request.get(`/api/v1/calls/${calls[0]?.call_id}`)).json() as Promise<Told>;
}

/** While the backend starts, the simulator cannot be asked through it. */
function ended(customer: Customer): Promise<boolean> {
  return customer.state().then(
    (c) => c.state === "ended",
    () => false,
  );
}
