// SPDX-License-Identifier: Apache-2.0
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible, shoot } from "../helpers/a11y";
import { answer, customerCalls, leave, queueRules, ringing, type SimulatedCall, sit, timer } from "../helpers/actors";

const CUSTOMER = "13800138017";
/** Again and again: before the offer the key means nothing, then it asks for the call, then it confirms it. */
const PATIENT_KEYS = `,${",1".repeat(20)}`;

/** How loud the customer's telephone hears us, once it has been called back and answered. */
async function heardByCustomer(page: Page): Promise<number> {
  const { calls } = (await (await page.request.get("/api/v1/simulator/calls")).json()) as {
    calls: (SimulatedCall & { number: string })[];
  };
  return calls.find((c) => c.number === CUSTOMER && c.state === "talking")?.heard_dbov ?? -127;
}

/** What a story that failed leaves in line would ring in all that follow. */
async function cancelAll(page: Page): Promise<void> {
  const { callbacks } = await (await page.request.get("/api/v1/callbacks")).json();
  for (const { call_id } of callbacks as { call_id: string }[])
    await page.request.delete(`/api/v1/callbacks/${call_id}`, { headers: { "X-HeadCall": "1" } });
}

/** Nobody is to be free yet: an earlier story may have left them so. */
async function rest(page: Page): Promise<void> {
  const { user_id } = await (await page.request.get("/api/v1/session")).json();
  const data = { state: "break", reason: "rest" };
  await page.request.post(`/api/v1/agents/${user_id}/state`, { data, headers: { "X-HeadCall": "1" } });
}

test("who presses the key is called back by the agent who becomes free, and the kept place is gone", async ({
  browser,
}) => {
  test.setTimeout(150_000);
  const anna = await sit(browser, "anna", { ready: false });
  const mei = await sit(browser, "mei", { hz: 900, ready: false });
  const restore = await queueRules(anna.page, { callback_after_s: 1 });
  for (const { page } of [anna, mei]) await rest(page);
  try {
    await anna.page.goto("/supervise");
    await customerCalls(anna.page, { caller_number: CUSTOMER, keys: PATIENT_KEYS });
    const figures = anna.page.getByRole("region", { name: "概况" });
    await expect(figures).toContainText("+1 个待回电", { timeout: 60_000 });
    const waiting = anna.page.getByRole("region", { name: "等待中" });
    const place = waiting.getByRole("listitem").filter({ hasText: "138 0013 8017" });
    await expect(place).toContainText("回电");
    await expectAccessible(anna.page);
    await shoot(anna.page, "callback-floor");

    await mei.page.getByTestId("agent-state").click();
    await mei.page.getByRole("menuitem", { name: "就绪" }).click(); // and at once it rings
    await expect(ringing(mei.page)).toContainText("回电", { timeout: 20_000 });
    await shoot(mei.page, "callback-offer");
    await answer(mei.page);
    await expect
      .poll(() => heardByCustomer(anna.page), { message: "the customer hears the agent" })
      .toBeGreaterThan(-50);
    await expect(figures).not.toContainText("待回电");
    await expect(place).toHaveCount(0);
    await mei.page.keyboard.press("Alt+KeyK");
    await expect(timer(mei.page)).toBeHidden();
    const open = async () => (await (await anna.page.request.get("/api/v1/callbacks")).json()).callbacks.length;
    await expect.poll(open).toBe(0);
  } finally {
    await restore();
    await cancelAll(anna.page);
  }
  await leave(mei, anna);
});
