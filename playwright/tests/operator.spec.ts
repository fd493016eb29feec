// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "@playwright/test";
import { expectAccessible, shoot } from "../helpers/a11y";
import { answer, customerCalls, leave, queueRules, sit, timer } from "../helpers/actors";
import { expectTone } from "../helpers/media";

test("the operator takes a caller by one key, and gives them to a colleague by a name and Enter", async ({
  browser,
}) => {
  const anna = await sit(browser, "anna", { ready: false, locale: "en-GB" });
  const lei = await sit(browser, "lei", { ready: false });
  const mei = await sit(browser, "mei", { hz: 900 });
  const restore = await queueRules(anna.page, { by_hand: true });
  try {
    await mei.page.goto("/operator");
    await anna.page.goto("/operator");
    await customerCalls(anna.page, { hang_up_after_s: 80 });
    const line = mei.page.getByRole("region", { name: "等候来电" });
    await expect(line.getByRole("button")).toContainText("138 0013 8000", { timeout: 20_000 });
    await expectAccessible(mei.page);
    await shoot(mei.page, "operator-zh");
    await expect(anna.page.getByRole("region", { name: "Waiting" }).getByRole("button")).toContainText("138 0013 8000");
    await expectAccessible(anna.page);
    await shoot(anna.page, "operator-en");

    await mei.page.keyboard.press("1");
    await expect(timer(mei.page)).toBeVisible({ timeout: 20_000 });
    await expectTone(mei.page, 440);
    await expect(mei.page.getByRole("combobox")).toBeFocused();
    await expectAccessible(mei.page);
    await shoot(mei.page, "operator-zh-talk");
    await mei.page.keyboard.type("1002");
    await expect(mei.page.getByRole("option")).toHaveCount(1);
    await mei.page.keyboard.press("Enter");
    await answer(lei.page);
    await expectTone(lei.page, 440);
    await expect(timer(mei.page)).toBeHidden();
    await lei.page.keyboard.press("Alt+KeyK");
    await expect(timer(lei.page)).toBeHidden();
  } finally {
    await restore();
  }
  await leave(mei, lei, anna);
});
