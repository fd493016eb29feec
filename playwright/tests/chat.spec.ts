// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "@playwright/test";
import { expectAccessible, shoot } from "../helpers/a11y";
import { becomeReady, leave, sit } from "../helpers/actors";
import { demo } from "../helpers/system";

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

test("a visitor on a telephone writes to an agent, who answers, passes the chat on, and it ends", async ({
  browser,
}) => {
  const mei = await sit(browser, "mei");
  const lei = await sit(browser, "lei", { ready: false });
  const outside = await browser.newContext({
    baseURL: demo().web,
    viewport: { width: 390, height: 844 },
    locale: "zh-CN",
    ignoreHTTPSErrors: true,
  });
  const visitor = await outside.newPage();
  const hostile = '<img src=x onerror="document.title=1"> 李女士 🌙';
  await visitor.goto("/visitor");
  await visitor.getByLabel("怎么称呼您（选填）").fill(hostile);
  await visitor.getByLabel("您的问题").fill("我的订单 8301 到哪里了？");
  await expectAccessible(visitor);
  await shoot(visitor, "chat-0-begin");
  await visitor.getByRole("button", { name: "开始咨询" }).click();

  // All of the agent's part is by keyboard.
  const offer = mei.page.getByRole("region", { name: "新的会话" });
  await expect(offer).toContainText("李女士");
  await shoot(mei.page, "chat-1-offer");
  await mei.page.keyboard.press("Alt+KeyU");
  const seen = visitor.getByRole("log", { name: "消息" });
  const log = mei.page.getByRole("log", { name: "消息" });
  await expect(log).toContainText("我的订单 8301");
  await expect(seen).toContainText("为您服务");
  await mei.page.keyboard.type("您好，我来查一下。");
  await expect(visitor.getByRole("status").filter({ hasText: "正在输入" })).toBeVisible();
  await mei.page.keyboard.press("Enter");
  await expect(seen).toContainText("您好，我来查一下。");

  await visitor.locator('input[type="file"]').setInputFiles({ name: "发票.png", mimeType: "image/png", buffer: PNG });
  await expect(log.getByRole("link", { name: "发票.png" })).toBeVisible();
  await visitor
    .locator('input[type="file"]')
    .setInputFiles({ name: "假的.png", mimeType: "image/png", buffer: Buffer.from("<html>") });
  await expect(visitor.getByRole("alert")).not.toBeEmpty();

  await mei.page.getByRole("button", { name: "内部备注" }).click();
  await mei.page.getByLabel("仅坐席可见的备注").fill("客户着急");
  await mei.page.keyboard.press("Enter");
  await expect(log).toContainText("客户着急");
  await expectAccessible(mei.page);
  await shoot(mei.page, "chat-2-talk");
  await shoot(visitor, "chat-2-visitor");

  // A reload on either side goes on with the same chat.
  await visitor.reload();
  await expect(seen).toContainText("您好，我来查一下。");
  await expect(seen).not.toContainText("客户着急");
  await mei.page.reload();
  await mei.page.getByRole("button", { name: /李女士/ }).click();
  await expect(log).toContainText("客户着急");

  await becomeReady(lei.page);
  await mei.page.getByRole("button", { name: "转交" }).click();
  await mei.page.getByRole("menuitem", { name: /张磊/ }).click();
  await lei.page.keyboard.press("Alt+KeyU");
  await expect(lei.page.getByRole("log", { name: "消息" })).toContainText("客户着急");
  await expect(visitor.getByRole("heading", { name: "张磊" })).toBeVisible();
  await lei.page.setViewportSize({ width: 390, height: 844 });
  await shoot(lei.page, "chat-3-phone");
  await lei.page.getByRole("button", { name: "结束" }).click();
  await expect(visitor.getByRole("button", { name: "重新咨询" })).toBeVisible();
  expect(await visitor.title()).not.toBe("1");
  await outside.close();
  await leave(mei, lei);
});
