// SPDX-License-Identifier: Apache-2.0
// The address of a browser changes in the middle of a call.

import { type APIRequestContext, expect } from "@playwright/test";
import { answer, customerCalls, leave, sit, timer } from "../helpers/actors";
import { expectTone } from "../helpers/media";
import { HOUSE, test } from "../helpers/road";
import { demo } from "../helpers/system";

const CUSTOMER = 440;
const MEI = 900;

interface Told {
  call_id: string;
  log: { type: string }[];
  recordings: { recording_id: string }[];
}

async function lastCall(request: APIRequestContext): Promise<Told> {
  const { calls } = (await (await request.get("/api/v1/calls?limit=1")).json()) as { calls: Told[] };
  return (await (await request.get(`/api/v1/calls/${calls[0]?.call_id}`)).json()) as Told;
}

test("from Wi-Fi to the mobile network: the same call and recording, with sound both ways again in seconds", async ({
  road,
}) => {
  const port = new URL(demo().https[0] ?? "").port;
  const mei = await sit(road.browser, "mei", { hz: MEI, baseURL: `https://${HOUSE}:${port}` });
  const { page } = mei;
  const customer = await customerCalls(page, { hang_up_after_s: 120, tone_hz: CUSTOMER });
  await answer(page);
  await expectTone(page, CUSTOMER);
  await expect.poll(async () => (await customer.state()).heard_dbov).toBeGreaterThan(-45);
  const before = await lastCall(page.request);

  road.lose("wifi");
  await page.waitForTimeout(500);
  road.find("mobile");
  const changedAt = Date.now();
  const since = () => `${((Date.now() - changedAt) / 1000).toFixed(1)} s`;
  await expect.poll(() => page.evaluate(() => window.connections), { timeout: 20_000 }).toBeGreaterThan(1);
  await expectTone(page, CUSTOMER);
  await expect.poll(async () => (await customer.state()).heard_dbov).toBeGreaterThan(-45);
  console.log(`  sound both ways ${since()} after the change`);
  await expect(timer(page)).toBeVisible();
  await expect(page.getByText("连接已断开")).toBeHidden({ timeout: 20_000 });

  await page.keyboard.press("Alt+KeyO"); // commands get through too
  await expect(page.getByRole("button", { name: "取回" })).toBeVisible();
  await page.keyboard.press("Alt+KeyO");
  await expectTone(page, CUSTOMER);
  await page.keyboard.press("Alt+KeyK");
  await expect.poll(async () => (await customer.state()).state).toBe("ended");
  const after = await lastCall(page.request);
  expect(after.call_id).toBe(before.call_id);
  expect(after.recordings.map((r) => r.recording_id)).toEqual(before.recordings.map((r) => r.recording_id));
  expect(after.log.filter((entry) => entry.type === "queue_entered")).toHaveLength(1);
  await leave(mei);
});
