// SPDX-License-Identifier: Apache-2.0
import { type Browser, type BrowserContextOptions, expect, type Page, test } from "@playwright/test";
import { expectAccessible, shoot } from "../helpers/a11y";
import { leave, sit } from "../helpers/actors";
import { demo } from "../helpers/system";

async function administer(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ baseURL: demo().web, ...options });
  const page = await context.newPage();
  await page.goto("/");
  await page.getByLabel(/^(账号|User name)$/).fill(demo().admin.login);
  await page.getByLabel(/^(密码|Password)$/).fill(demo().admin.password);
  await page.getByRole("button", { name: /^(登录|Log in)$/ }).click();
  await page.getByRole("link", { name: /^(管理|Administration)$/ }).click();
  await expect(page.getByRole("region", { name: /^(队列|Queues)$/ })).toBeVisible();
  return page;
}

test("a queue is made, changed and removed; a queue with a number stays; the audit log tells of it all", async ({
  browser,
}) => {
  const page = await administer(browser);
  const hostile = '<script>alert(1)</script> 夜班 🌙 "; DROP';
  const row = (name: string) => page.getByRole("listitem").filter({ hasText: name });

  await page.getByRole("button", { name: "新建队列" }).click();
  await page.getByLabel("名称").fill(hostile);
  await page.keyboard.press("Enter");
  await expect(row(hostile)).toContainText("没有号码");

  await page.getByRole("button", { name: `编辑${hostile}` }).click();
  const editor = page.getByRole("dialog");
  await editor.getByLabel("名称").fill("夜班");
  await editor.getByLabel("最长等待（秒）").fill("240");
  await expectAccessible(page);
  await shoot(page, "zh-light-admin-editor");
  await editor.getByRole("button", { name: "保存" }).click();
  await expect(editor).toBeHidden();
  await page.getByRole("button", { name: "编辑夜班" }).click();
  await expect(page.getByRole("dialog").getByLabel("最长等待（秒）")).toHaveValue("240");
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "删除夜班" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "删除" }).click();
  await expect(row("夜班")).toHaveCount(0);

  const numbered = page.getByRole("listitem").filter({ hasText: /400/ }).first();
  await numbered.getByRole("button", { name: /^删除/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "删除" }).click();
  await page.keyboard.press("Escape");
  await expect(numbered).toBeVisible();

  await page.getByRole("link", { name: "审计日志" }).click();
  const changes = page.getByRole("region", { name: "审计日志" }).getByRole("listitem");
  await expect(changes.filter({ hasText: "240" }).first()).toBeVisible();
  await page.getByLabel("人员").fill("nobody-of-that-name");
  await expect(page.getByText("没有找到变更")).toBeVisible();
  await page.context().close();
});

for (const [name, options] of [
  ["zh-light", {}],
  ["en-dark", { locale: "en-GB", colorScheme: "dark" }],
  ["zh-phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
] as const) {
  test(`the administration is accessible and looks as it should: ${name}`, async ({ browser }) => {
    const page = await administer(browser, options);
    await expectAccessible(page);
    await shoot(page, `${name}-admin`);
    await page.getByRole("link", { name: /^(审计日志|Audit log)$/ }).click();
    await expect(page.getByRole("region").getByRole("listitem").first()).toBeVisible();
    await expectAccessible(page);
    await shoot(page, `${name}-admin-audit`);
    await page.context().close();
  });
}

test("an agent sees no administration, and is told so at its address; a supervisor sees the queues alone", async ({
  browser,
}) => {
  const mei = await sit(browser, "mei", { ready: false });
  await expect(mei.page.getByRole("link", { name: "工作台" })).toBeVisible();
  await expect(mei.page.getByRole("link", { name: "管理" })).toHaveCount(0);
  await mei.page.goto("/admin");
  await expect(mei.page.getByText("您没有管理权限")).toBeVisible();
  const anna = await sit(browser, "anna", { ready: false });
  await anna.page.getByRole("link", { name: "管理" }).click();
  await expect(anna.page.getByRole("region", { name: "队列" })).toBeVisible();
  await expect(anna.page.getByRole("link", { name: "审计日志" })).toHaveCount(0);
  await leave(mei, anna);
});
