// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "@playwright/test";
import { expectAccessible, shoot } from "../helpers/a11y";
import { answer, leave, sit, timer } from "../helpers/actors";
import { expectTone } from "../helpers/media";

test("in a page one dials the switchboard, types the extension and talks with the colleague", async ({ browser }) => {
  const mei = await sit(browser, "mei", { hz: 700, ready: false });
  const lei = await sit(browser, "lei", { hz: 1300, ready: false });
  const field = mei.page.getByPlaceholder("输入号码或短号");
  await field.fill("4008-123456-1");
  await field.press("Enter");
  await expect(mei.page.getByText("语音总机：请拨分机号")).toBeVisible();
  await expectAccessible(mei.page);
  await shoot(mei.page, "attendant-1-asks");
  await mei.page.keyboard.type("1002", { delay: 80 });
  await expect(mei.page.getByRole("region", { name: "键盘" })).toBeHidden();
  await answer(lei.page);
  await expectTone(mei.page, 1300);
  await expectTone(lei.page, 700);
  await mei.page.keyboard.press("Alt+KeyK");
  await expect(timer(lei.page)).toBeHidden();
  await leave(mei, lei);
});
