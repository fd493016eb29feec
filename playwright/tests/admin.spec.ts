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
  await expect(page.getByRole("link", { name: /^(工作台|Desk)$/ }).first()).toBeVisible();
  await page.goto("/admin"); // on a phone the link is behind "more"
  await expect(page.getByRole("region", { name: /^(队列|Queues)$/ })).toBeVisible();
  return page;
}

/** An initial password opens nothing but the choice of one's own. */
async function choosesTheirOwn(browser: Browser, login: string, initial: string): Promise<void> {
  const page = await (await browser.newContext({ baseURL: demo().web })).newPage();
  await page.goto("/");
  await page.getByLabel("账号").fill(login);
  await page.getByLabel("密码").fill(initial);
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.getByRole("heading", { name: "设置自己的密码" })).toBeVisible();
  const [own, again] = [page.getByLabel("新密码"), page.getByLabel("再输入一次")];
  await own.fill("1234567890");
  await again.fill("1234567890");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("请换一个密码");
  await expectAccessible(page);
  await shoot(page, "login-own-password");
  await own.fill("a fine day for rain");
  await again.fill("a fine day for rain");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "工作台" })).toBeVisible();
  await page.context().close();
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
  await editor.getByLabel("最长等待（秒）").fill("0");
  await expect(editor.getByText("须为 1 到 86400 的整数")).toBeVisible();
  await expect(editor.getByRole("button", { name: "保存" })).toBeDisabled();
  await editor.getByLabel("最长等待（秒）").fill("240");
  await editor.getByRole("button", { name: "添加技能" }).click();
  await editor.getByRole("button", { name: "保存" }).click();
  await expect(editor.getByLabel("技能 1", { exact: true })).toBeFocused(); // it is what is wrong
  await expect(editor.getByText("不能为空")).toBeVisible();
  await editor.getByLabel("技能 1", { exact: true }).fill("粤语");
  await expect(editor.getByText("目前没有人具备这项技能")).toBeVisible();
  await editor.getByLabel("来电号码").fill("138 0013 8000");
  await page.keyboard.press("Enter");
  await expect(editor.getByLabel("138 0013 8000 的优先级")).toHaveValue("1");
  await editor.getByRole("button", { name: "添加代码" }).click();
  await editor.getByLabel("第 1 个的中文").fill("成交");
  await page.keyboard.press("Escape");
  await expect(editor.getByRole("alert")).toContainText("还没有保存");
  await page.keyboard.press("Enter"); // to go on is what stands first
  await expectAccessible(page);
  await shoot(page, "zh-light-admin-editor");
  await editor.getByRole("button", { name: "保存" }).click();
  await expect(editor).toBeHidden();
  await page.getByRole("button", { name: "编辑夜班" }).click();
  await expect(editor.getByLabel("最长等待（秒）")).toHaveValue("240");
  await expect(editor.getByLabel("技能 1", { exact: true })).toHaveValue("粤语");
  await expect(editor.getByLabel("第 1 个的中文")).toHaveValue("成交");
  await editor.getByLabel("名称").fill("白做了");
  await page.keyboard.press("Escape");
  await editor.getByRole("button", { name: "放弃修改" }).click();
  await expect(editor).toBeHidden();

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

test("somebody is made a person and an agent, gets a free number, and is switched off; prompts and hours follow", async ({
  browser,
}) => {
  const page = await administer(browser);
  const hostile = `<script>alert(1)</script> 🌙 ${Date.now()}`;
  const row = page.getByRole("listitem").filter({ hasText: hostile });
  const dialog = page.getByRole("dialog");
  const headers = { "X-HeadCall": "1" };

  await page.getByRole("link", { name: "人员", exact: true }).click();
  await page.getByRole("button", { name: "新建人员" }).click();
  await dialog.getByLabel("姓名").fill(hostile);
  const login = `new${Date.now()}`;
  await dialog.getByLabel("账号").fill(login);
  await dialog.getByRole("button", { name: "创建" }).click();
  await expect(page.getByTestId("initial-password")).toHaveText(/.{12,}/);
  await choosesTheirOwn(browser, login, (await page.getByTestId("initial-password").textContent()) ?? "");
  await dialog.getByRole("button", { name: "完成" }).click();
  await row.getByRole("button").click();
  await dialog.getByRole("switch", { name: /坐席/ }).click();
  await dialog.getByLabel("呼叫中心", { exact: true }).check();
  await dialog.getByRole("button", { name: "保存" }).click();
  await expect(row).toContainText("坐席");

  const first = `77${String(Date.now()).slice(-9)}`;
  const block = { name: "号段", first: `${first.slice(0, 9)}00`, count: 100 };
  expect((await page.request.post("/api/v1/number-blocks", { headers, data: block })).status()).toBe(201);
  await page.getByRole("link", { name: "号码", exact: true }).click();
  await page.getByRole("searchbox").fill(block.first);
  await expect(page.getByRole("listitem")).toHaveCount(1);
  await page.getByRole("button", { name: `编辑${block.first}` }).click();
  await dialog.getByText("人员", { exact: true }).click();
  await dialog.getByRole("searchbox").fill(hostile);
  await dialog.getByRole("radio", { name: hostile }).check();
  await dialog.getByRole("button", { name: "保存" }).click();
  await expect(row).toBeVisible();

  await page.getByRole("button", { name: "导入导出" }).click();
  const wrong = "号码,用途,目标\n1,人员,nobody\n";
  await dialog
    .getByLabel("CSV 文件")
    .setInputFiles({ name: "n.csv", mimeType: "text/csv", buffer: Buffer.from(wrong) });
  await expect(dialog.getByRole("table")).toContainText("不是电话号码");
  await expect(dialog.getByRole("button", { name: "导入" })).toBeDisabled();
  await page.keyboard.press("Escape");

  await page.getByRole("link", { name: "人员", exact: true }).click();
  await row.getByRole("button").click();
  await dialog.getByRole("button", { name: "停用" }).click();
  await expect(dialog.getByRole("button", { name: "启用" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(row).toContainText("已停用");

  await page.getByRole("link", { name: "提示音" }).click();
  await page.getByRole("button", { name: "新建提示音" }).click();
  await dialog.getByLabel("名称").fill(hostile);
  await dialog.getByRole("button", { name: "创建" }).click();
  const lie = { name: "lie.mp3", mimeType: "audio/mpeg", buffer: Buffer.from("<html>") };
  await dialog.getByLabel(/^上传/).setInputFiles(lie);
  await expect(page.getByText("不是可用的音频文件")).toBeVisible();
  await dialog.getByLabel("由语音合成朗读的文字").fill("您好");
  await dialog.getByRole("button", { name: "合成" }).click();
  await expect(dialog.getByText("正在使用")).toBeVisible();
  await dialog.getByRole("button", { name: "删除" }).click();
  await expect(row).toHaveCount(0);

  await page.getByRole("link", { name: "营业时间" }).click();
  await page.getByRole("button", { name: "新建营业时间" }).click();
  await dialog.getByLabel("名称").fill(hostile);
  await dialog.getByRole("button", { name: "保存" }).click();
  await row.getByRole("button", { name: /^手动切换/ }).click();
  await dialog.getByRole("button", { name: "手动切换" }).click();
  await expect(row).toContainText("手动切换");
  await row.getByRole("button", { name: /^编辑/ }).click();
  await dialog.getByRole("button", { name: "删除", exact: true }).click();
  await expect(row).toHaveCount(0);
  await page.context().close();
});

test("an emptied number is not nought, and two who edit one queue learn of each other", async ({ browser }) => {
  const page = await administer(browser);
  const headers = { "X-HeadCall": "1" };
  const made = await page.request.post("/api/v1/queues", { headers, data: { name: `两人 ${Date.now()}` } });
  const { id, number: _number, ...rules } = await made.json();
  await page.reload();
  await page.getByRole("button", { name: `编辑${rules.name}` }).click();
  const editor = page.getByRole("dialog");
  const wait = editor.getByLabel("最长等待（秒）");
  await wait.fill("");
  await expect(editor.getByRole("button", { name: "保存" })).toBeDisabled();
  await wait.fill("333");
  const other = { ...rules, wrap_up_s: 44 };
  expect((await page.request.put(`/api/v1/queues/${id}`, { headers, data: other })).ok()).toBe(true);
  await editor.getByRole("button", { name: "保存" }).click();
  await expect(editor.getByRole("alert")).toContainText("10 → 44");
  await editor.getByRole("button", { name: "保存" }).click();
  await expect(editor).toBeHidden();
  const now = await (await page.request.get(`/api/v1/queues/${id}`)).json();
  expect([now.max_wait_s, now.wrap_up_s]).toEqual([333, 44]);
  await page.request.delete(`/api/v1/queues/${id}`, { headers });
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
    await page
      .getByRole("button", { name: /^(编辑|Edit )/ })
      .first()
      .click();
    await expect(page.getByRole("dialog").getByRole("heading", { name: /^(回电|Call-back)$/ })).toBeVisible();
    await expectAccessible(page);
    await shoot(page, `${name}-admin-queue`);
    await page.keyboard.press("Escape");
    for (const [id, label] of [
      ["people", /^(人员|People)$/],
      ["numbers", /^(号码|Numbers)$/],
      ["hours", /^(营业时间|Opening hours)$/],
      ["prompts", /^(提示音|Prompts)$/],
    ] as const) {
      await page.locator(`a[href="/admin/${id}"]`).click();
      await expect(page.getByRole("region", { name: label })).toBeVisible();
      await expectAccessible(page);
      await shoot(page, `${name}-admin-${id}`);
    }
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
  await expect(mei.page.getByText("你没有管理权限")).toBeVisible();
  const anna = await sit(browser, "anna", { ready: false });
  await anna.page.getByRole("link", { name: "管理" }).click();
  await expect(anna.page.getByRole("region", { name: "队列" })).toBeVisible();
  await expect(anna.page.getByRole("link", { name: "审计日志" })).toHaveCount(0);
  await leave(mei, anna);
});
