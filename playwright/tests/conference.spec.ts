// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "@playwright/test";
import { expectAccessible, shoot } from "../helpers/a11y";
import { answer, consult, customerCalls, leave, sit, timer } from "../helpers/actors";
import { expectTone, expectTones } from "../helpers/media";

test("three talk, one leaves, the customer is parked and picked up by another", async ({ browser }) => {
  const mei = await sit(browser, "mei", { hz: 700 });
  const lei = await sit(browser, "lei", { hz: 1300, ready: false });
  const customer = await customerCalls(mei.page, { hang_up_after_s: 120 });
  await answer(mei.page);
  await expectTone(mei.page, 440);
  await consult(mei.page, "张磊");
  await answer(lei.page);
  await expectTone(mei.page, 1300);
  await expect(mei.page.getByText("录音中")).toBeHidden();

  await mei.page.keyboard.press("Alt+KeyH");
  await expect(mei.page.getByText("会议 3 人")).toBeVisible();
  await expectTones(mei.page, [440, 1300], [700]);
  await expectTones(lei.page, [440, 700], [1300]);
  // The customer hears both: each by turns, and nothing when both are silent.
  const heard = async () => (await customer.state()).heard_dbov;
  for (const seat of [mei, lei]) {
    await seat.page.keyboard.press("Alt+KeyM");
    if (seat === mei) await expect.poll(heard, { timeout: 8000 }).toBeGreaterThan(-35);
  }
  await expect.poll(heard, { timeout: 8000 }).toBeLessThan(-60);
  await mei.page.keyboard.press("Alt+KeyM");
  await expect.poll(heard, { timeout: 8000 }).toBeGreaterThan(-35);
  await lei.page.keyboard.press("Alt+KeyM");
  await expectAccessible(mei.page);
  await shoot(mei.page, "conference-1-three");
  await mei.page.setViewportSize({ width: 390, height: 844 });
  await shoot(mei.page, "conference-1-three-phone");
  await mei.page.setViewportSize({ width: 1440, height: 900 });

  await mei.page.keyboard.press("Alt+KeyK");
  await expect(timer(mei.page)).toBeHidden();
  await expectTones(lei.page, [440], [700]);

  await lei.page.keyboard.press("Alt+KeyL");
  await expect(lei.page.getByText("已驻留在 701").first()).toBeVisible();
  const row = mei.page.getByRole("region", { name: "驻留" }).getByRole("listitem");
  await expect(row).toContainText("701");
  await expect(row).toContainText("138 0013 8000");
  await expect.poll(heard, { timeout: 8000 }).toBeGreaterThan(-50);
  await expectAccessible(mei.page);
  await shoot(mei.page, "conference-2-parked");
  await mei.page.setViewportSize({ width: 390, height: 844 });
  await shoot(mei.page, "conference-2-parked-phone");
  await mei.page.setViewportSize({ width: 1440, height: 900 });

  await mei.page.keyboard.press("Alt+KeyQ");
  await expect(timer(mei.page)).toBeVisible();
  await expectTone(mei.page, 440);
  await expect(row).toHaveCount(0);
  await mei.page.keyboard.press("Alt+KeyK");
  await leave(mei, lei);
});
