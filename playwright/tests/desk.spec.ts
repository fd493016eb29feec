// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "@playwright/test";
import { expectAccessible, shoot } from "../helpers/a11y";
import { answer, customerCalls, leave, sit, timer } from "../helpers/actors";
import { expectTone } from "../helpers/media";

test("the panes of the desk are widened from the keyboard, and stay so", async ({ browser }) => {
  const anna = await sit(browser, "anna", { ready: false });
  const border = anna.page.getByRole("separator", { name: "左栏宽度" });
  await expect(border).toHaveAttribute("aria-valuenow", "288");
  await border.focus();
  await border.press("ArrowRight");
  await border.press("ArrowRight");
  await expect(border).toHaveAttribute("aria-valuenow", "320");
  await anna.page.reload();
  await expect(border).toHaveAttribute("aria-valuenow", "320");
  await leave(anna);
});

test("a call in hand is accessible in every state, and can be steered from every page", async ({ browser }) => {
  const mei = await sit(browser, "mei", { hz: 900 });
  const { page } = mei;
  await customerCalls(page, { hang_up_after_s: 80 });
  await answer(page);
  await expectTone(page, 440);
  await expectAccessible(page);
  await page.keyboard.press("Alt+KeyP");
  await expect(page.getByRole("region", { name: "键盘" })).toBeVisible();
  await page.keyboard.type("42");
  await expect(page.getByLabel("已发送的按键")).toHaveText("42");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "通讯录" }).click();
  // Until the page is there the desk still is, and both have the call's verbs.
  await expect(page.getByRole("heading", { level: 1, name: "通讯录" })).toBeAttached();
  const bar = page.getByRole("region", { name: "当前通话" });
  await bar.getByRole("button", { name: "保持" }).click();
  await expect(bar.getByRole("button", { name: "取回" })).toBeVisible();
  await shoot(page, "desk-call-bar");
  await expectAccessible(page);
  await bar.getByRole("button", { name: "挂断" }).click();
  await expect(bar).toBeHidden();
  await leave(mei);
});

test("the call fits in a small window above everything else, and hangs up from there", async ({ browser }) => {
  const mei = await sit(browser, "mei", { hz: 900 });
  const { page } = mei;
  await customerCalls(page, { hang_up_after_s: 60 });
  await answer(page);
  const [mini] = await Promise.all([
    mei.context.waitForEvent("page"),
    page.getByRole("button", { name: "小窗口", exact: true }).click(),
  ]);
  await expect(mini.getByText("138 0013 8000")).toBeVisible();
  await mini.getByRole("button", { name: "挂断" }).click();
  await expect(timer(page)).toBeHidden();
  await leave(mei);
});
