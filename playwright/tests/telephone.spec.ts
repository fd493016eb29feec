// SPDX-License-Identifier: Apache-2.0
// The main job with a real telephone (baresip) at the far end of the trunk: nothing of ours simulates anything.

import { expect, type Page, test } from "@playwright/test";
import { answer, leave, sit, timer } from "../helpers/actors";
import { mostGap, mostMissing, type Stalls, watchMachine } from "../helpers/machine";
import { expectSilence, expectTone, lastRecording, recorded, watchGaps } from "../helpers/media";
import { demo, pidOf } from "../helpers/system";
import { Telephone } from "../helpers/telephone";

const CUSTOMER = 620;
const AGENT = 1000;
const NUMBER = "4008123456";
/** Seconds of talk that are watched. A release is proved with `TALK_S=60`. */
const TALK = Number(process.env.TALK_S ?? 10);

interface Recorded {
  from_number: string;
  to_number: string;
  direction: string;
  cause: string;
  ended_by: string;
  answered_at: string | null;
  talk_s: number;
  agent: { agent_number: string } | null;
}

async function lastRecord(page: Page): Promise<Recorded> {
  await lastRecording(page); // once it has ended
  const { calls } = (await (await page.request.get("/api/v1/calls?limit=1")).json()) as { calls: Recorded[] };
  return calls[0] as Recorded;
}

/** What is in a telephone's own ear for a while: the tone, and no gap. Tells what the machine did meanwhile. */
async function listens(page: Page, phone: Telephone, hz: number, stalls: () => Promise<Stalls>): Promise<Stalls> {
  const from = phone.heardSoFar();
  const began = Date.now();
  await page.waitForTimeout(TALK * 1000);
  const heard = phone.stretch(from);
  expect(Math.abs(heard.hz - hz), `the telephone hears ${heard.hz} Hz`).toBeLessThan(15);
  const passed = (Date.now() - began) / 1000;
  const stood = await stalls();
  expect(heard.longest, "longest silence at the telephone, in ms").toBeLessThan(mostGap(stood));
  const missing = Math.abs(heard.seconds - passed);
  expect(missing, "sound that is missing at the telephone, in s").toBeLessThan(mostMissing(stood));
  return stood;
}

/** Both channels, in the part in which nothing but the two was to be heard. */
async function expectRecording(page: Page, agentHz: number, stood: Stalls): Promise<void> {
  const [theirs, ours] = await recorded(page, await lastRecording(page), 4, TALK);
  expect(Math.abs((theirs?.hz ?? 0) - CUSTOMER), `the customer's channel, ${theirs?.hz} Hz`).toBeLessThan(15);
  expect(Math.abs((ours?.hz ?? 0) - agentHz), `the agent's channel, ${ours?.hz} Hz`).toBeLessThan(15);
  expect(theirs?.longest, "longest silence of the customer's channel, in ms").toBeLessThan(mostGap(stood));
  expect(ours?.longest, "longest silence of the agent's channel, in ms").toBeLessThan(mostGap(stood));
  expect(theirs?.missing, "silence of the customer's channel, in s").toBeLessThan(mostMissing(stood));
  expect(ours?.missing, "silence of the agent's channel, in s").toBeLessThan(mostMissing(stood));
}

// A busy machine makes a gap by itself now and then, also one that is not measured; a fault of ours is there every time.
test.describe.configure({ retries: 2 });

test("a telephone calls 4008-123456, an agent answers in the page: no gap, hold, keys, record and recording are right", async ({
  browser,
}) => {
  test.setTimeout(90_000 + TALK * 1000);
  const mei = await sit(browser, "mei", { hz: AGENT, bypassCSP: true });
  const { page } = mei;
  const phone = await Telephone.outside(CUSTOMER);
  try {
    await phone.dial(NUMBER);
    await answer(page);
    await phone.event("CALL_ESTABLISHED");
    const stalls = await watchMachine();
    await expectTone(page, CUSTOMER);
    await phone.expectTone(AGENT);
    const longest = await watchGaps(page);
    const stood = await listens(page, phone, AGENT, stalls);
    expect(await longest(), "longest silence in the page, in ms").toBeLessThan(mostGap(stood));

    await page.keyboard.press("Alt+KeyO");
    await expectSilence(page);
    await page.waitForTimeout(1500);
    const music = phone.stretch(phone.heardSoFar() - 8000);
    expect(music.hz, "music while held").toBeGreaterThan(0);
    expect(Math.abs(music.hz - AGENT), "not the agent while held").toBeGreaterThan(15);
    await page.keyboard.press("Alt+KeyO");
    await expectTone(page, CUSTOMER);
    await phone.expectTone(AGENT);

    await phone.press("158#");
    await expect(page.getByTestId("caller-keys")).toContainText("158#");

    await page.keyboard.press("Alt+KeyK");
    await phone.event("CALL_CLOSED");
    const record = await lastRecord(page);
    expect(record).toMatchObject({ direction: "in", ended_by: "agent", cause: "normal", from_number: "13912345678" });
    expect(record.agent?.agent_number).toBe("1001");
    expect(record.talk_s).toBeGreaterThan(TALK);
    await page.getByRole("link", { name: "查看记录" }).click();
    await page.getByRole("region", { name: "通话详情" }).getByRole("button", { name: "播放", exact: true }).click();
    await expect
      .poll(() => page.getByTestId("recording").evaluate((a: HTMLAudioElement) => a.currentTime), { timeout: 5000 })
      .toBeGreaterThan(0.5);
    await expectRecording(page, AGENT, stood);
  } finally {
    await phone.close();
  }
  await leave(mei);
});

test("the backend dies, then the SIP bridge, then the page is loaded again: no gap by the deaths, one call, one recording", async ({
  browser,
}) => {
  const mei = await sit(browser, "mei", { hz: AGENT, bypassCSP: true });
  const { page } = mei;
  const phone = await Telephone.outside(CUSTOMER);
  try {
    await phone.dial(NUMBER);
    await answer(page);
    await expectTone(page, CUSTOMER);
    await phone.expectTone(AGENT);
    const stalls = await watchMachine();
    const longest = await watchGaps(page);
    const from = phone.heardSoFar();
    for (const role of ["backend", "sip-1"]) {
      process.kill(pidOf(role), "SIGKILL");
      await page.waitForTimeout(3000);
    }
    const stood = await stalls();
    expect(await longest(), "longest silence in the page, in ms").toBeLessThan(mostGap(stood));
    const heard = phone.stretch(from);
    expect(heard.longest, "longest silence at the telephone, in ms").toBeLessThan(mostGap(stood));
    expect(heard.seconds, "sound at the telephone, in s").toBeGreaterThan(6 - mostMissing(stood));

    page.on("dialog", (d) => void d.accept());
    await page.reload();
    await expectTone(page, CUSTOMER, 4000);
    await phone.expectTone(AGENT, 4000);
    await page.keyboard.press("Alt+KeyK");
    await phone.event("CALL_CLOSED");
    expect(await lastRecord(page)).toMatchObject({ direction: "in", ended_by: "agent", cause: "normal" });
    const { calls } = (await (await page.request.get("/api/v1/calls?limit=1")).json()) as {
      calls: { call_id: string }[];
    };
    const whole = await page.request.get(`/api/v1/calls/${calls[0]?.call_id}`);
    expect(((await whole.json()) as { recordings: unknown[] }).recordings).toHaveLength(1);
  } finally {
    await phone.close();
  }
  await leave(mei);
});

test("the telephone hangs up: the page is free, and the record says who ended it", async ({ browser }) => {
  const mei = await sit(browser, "mei", { hz: AGENT });
  const phone = await Telephone.outside(CUSTOMER);
  try {
    await phone.dial(NUMBER);
    await answer(mei.page);
    await expectTone(mei.page, CUSTOMER);
    await phone.hangUp();
    await expect(timer(mei.page)).toBeHidden();
    expect(await lastRecord(mei.page)).toMatchObject({ ended_by: "caller", cause: "normal" });
  } finally {
    await phone.close();
  }
  await leave(mei);
});

test("the agent works at a telephone instead of the page: telephone to telephone, no gap, hold, keys, the record is right", async ({
  browser,
}) => {
  test.setTimeout(90_000 + TALK * 1000);
  const agent = demo().agents.find((a) => a.login === "mei");
  if (!agent) throw new Error("the demo has no mei");
  const mei = await sit(browser, "mei", { hz: AGENT, ready: false });
  const { page } = mei;
  const headers = { "X-HeadCall": "1" };
  const desk = await Telephone.onDesk(agent, 980);
  const phone = await Telephone.outside(CUSTOMER);
  try {
    await page.request.patch("/api/v1/me", { data: { answer_on: "phone" }, headers });
    const { user_id } = (await (await page.request.get("/api/v1/session")).json()) as { user_id: string };
    const ready = await page.request.post(`/api/v1/agents/${user_id}/state`, { data: { state: "ready" }, headers });
    expect(ready.ok(), await ready.text()).toBe(true);
    await phone.dial(NUMBER);
    await desk.event("CALL_INCOMING", 20_000);
    await desk.answer();
    await desk.event("CALL_ESTABLISHED");
    const stalls = await watchMachine();
    await desk.expectTone(CUSTOMER);
    await phone.expectTone(980);
    const from = desk.heardSoFar();
    const stood = await listens(page, phone, 980, stalls);
    const there = desk.stretch(from);
    expect(Math.abs(there.hz - CUSTOMER), `the agent hears ${there.hz} Hz`).toBeLessThan(15);
    expect(there.longest, "longest silence at the agent's telephone, in ms").toBeLessThan(mostGap(stood));

    await desk.hold(true);
    await expect.poll(() => Math.abs(phone.hears - 980), { message: "music", timeout: 5000 }).toBeGreaterThan(15);
    await desk.hold(false);
    await phone.expectTone(980);
    await desk.hangUp();
    await phone.event("CALL_CLOSED");
    expect(await lastRecord(page)).toMatchObject({ direction: "in", ended_by: "agent", cause: "normal" });
    await expectRecording(page, 980, stood);
  } finally {
    await page.request.patch("/api/v1/me", { data: { answer_on: "browser" }, headers });
    await desk.close();
    await phone.close();
  }
  await leave(mei);
});
