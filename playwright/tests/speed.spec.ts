// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "@playwright/test";
import { customerCalls, leave, ringing, sit } from "../helpers/actors";
import { watchMachine } from "../helpers/machine";
import { expectTone, hear } from "../helpers/media";

const ROUNDS = 3;

/** Waits without sleeping longer than `step`, and says when. */
async function when(done: () => Promise<boolean>, within = 15_000, step = 20): Promise<number> {
  const end = Date.now() + within;
  while (Date.now() < end) {
    if (await done()) return Date.now();
    await new Promise((next) => setTimeout(next, step));
  }
  throw new Error(`not within ${within} ms`);
}

const middle = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

test("from the customer's call to the ring, and from the answer to sound in both directions", async ({
  browser,
}, info) => {
  const mei = await sit(browser, "mei", { hz: 900 });
  const stalls = await watchMachine();
  const ring: number[] = [];
  const heardHere: number[] = [];
  const heardThere: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const placed = Date.now();
    const customer = await customerCalls(mei.page, { hang_up_after_s: 60 });
    ring.push((await when(() => ringing(mei.page).isVisible())) - placed);
    // Media is up before the answer: the line was offered when it rang.
    await expect(mei.page.locator("audio[data-leg]")).toBeAttached();
    await hear(mei.page);
    const answered = Date.now();
    await mei.page.keyboard.press("Alt+KeyJ");
    const [here, there] = await Promise.all([
      when(async () => ((await hear(mei.page)).hz ?? 0) > 400),
      when(async () => (await customer.state()).heard_dbov > -40),
    ]);
    heardHere.push(here - answered);
    heardThere.push(there - answered);
    await expectTone(mei.page, 440);
    await mei.page.keyboard.press("Alt+KeyK");
    await expect.poll(async () => (await customer.state()).state).toBe("ended");
    await mei.page.getByRole("button", { name: "完成，继续接听" }).click();
  }
  const said = { ring_ms: middle(ring), page_hears_ms: middle(heardHere), customer_hears_ms: middle(heardThere) };
  console.log(JSON.stringify(said));
  await info.attach("speed", { body: JSON.stringify({ ring, heardHere, heardThere }) });
  const stood = (await stalls()).total / ROUNDS;
  expect(said.ring_ms, "call to ring").toBeLessThan(3000 + stood);
  expect(said.page_hears_ms, "answer to sound in the page").toBeLessThan(1500 + stood);
  expect(said.customer_hears_ms, "answer to sound at the customer").toBeLessThan(1500 + stood);
  await leave(mei);
});
