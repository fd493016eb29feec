// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "@playwright/test";
import { expectAccessible, shoot } from "../helpers/a11y";
import { answer, consult, customerCalls, leave, sit, timer } from "../helpers/actors";
import { expectTone } from "../helpers/media";

test("an agent asks a colleague first, while the customer hears music, and hands the customer over", async ({
  browser,
}) => {
  const mei = await sit(browser, "mei", { hz: 700 });
  const lei = await sit(browser, "lei", { hz: 1300, ready: false });
  const customer = await customerCalls(mei.page, { hang_up_after_s: 90 });
  await answer(mei.page);
  await expectTone(mei.page, 440);

  await consult(mei.page, "张磊");
  await answer(lei.page);

  const parties = mei.page.getByRole("list", { name: "通话各方" }).getByRole("listitem");
  await expect(parties.filter({ hasText: "138 0013 8000" })).toContainText("听音乐");
  await expect(parties.filter({ hasText: "张磊" })).toContainText("通话中");
  await expectTone(mei.page, 1300);
  await expectTone(lei.page, 700);
  await expectAccessible(mei.page);
  await shoot(mei.page, "transfer-1-consulting");
  await mei.page.setViewportSize({ width: 390, height: 844 });
  await shoot(mei.page, "transfer-1-consulting-phone");
  await mei.page.setViewportSize({ width: 1440, height: 900 });

  await mei.page.keyboard.press("Alt+KeyX");
  await expectTone(mei.page, 440);
  await expect(parties.filter({ hasText: "张磊" })).toContainText("听音乐");

  await mei.page.keyboard.press("Alt+KeyC");
  await expect(timer(mei.page)).toBeHidden();
  await expect(mei.page.getByTestId("agent-state")).not.toHaveText("通话中");
  await expectTone(lei.page, 440);
  // Loud alone may be the music: it is the colleague if it goes with the colleague's microphone.
  const heard = async () => (await customer.state()).heard_dbov;
  await expect.poll(heard, { timeout: 8000 }).toBeGreaterThan(-35);
  await lei.page.keyboard.press("Alt+KeyM");
  await expect.poll(heard, { timeout: 8000 }).toBeLessThan(-60);
  await lei.page.keyboard.press("Alt+KeyM");
  await expect.poll(heard, { timeout: 8000 }).toBeGreaterThan(-35);
  await lei.page.keyboard.press("Alt+KeyK");
  await leave(mei, lei);
});
