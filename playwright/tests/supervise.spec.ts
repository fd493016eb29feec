// SPDX-License-Identifier: Apache-2.0
// Beside a talk of others, with real sound in three pages and at a real telephone; the floor; the wallboard.

import { expect, type Page, test } from "@playwright/test";
import { expectAccessible, shoot } from "../helpers/a11y";
import { answer, leave, logIn, sit, timer } from "../helpers/actors";
import { feed, floor } from "../helpers/board";
import { expectTone, expectVoices } from "../helpers/media";
import { demo } from "../helpers/system";
import { Telephone } from "../helpers/telephone";

const CUSTOMER = 620;
const MEI = 1000;
const LEI = 1300;
const ANNA = 1900;
const QUEUE = "/api/v1/queues/que_callcentre";
const THERE = 1000;
const ABSENT = 60;

async function survey(page: Page, on: boolean): Promise<void> {
  const { id: _id, number: _number, ...rules } = await (await page.request.get(QUEUE)).json();
  const put = await page.request.put(QUEUE, { data: { ...rules, survey: on }, headers: { "X-HeadCall": "1" } });
  expect(put.ok(), await put.text()).toBe(true);
}

const row = (page: Page, name: string) =>
  page.getByRole("region", { name: "坐席" }).getByRole("listitem").filter({ hasText: name });

/** For a while, the telephone hears the one and not the other. */
async function expectAtTelephone(page: Page, phone: Telephone, there: number, absent: number): Promise<void> {
  await expect.poll(() => phone.strength(there), { timeout: 10_000, intervals: [100] }).toBeGreaterThan(THERE);
  for (let n = 0; n < 4; n++) {
    expect(phone.strength(absent), `${absent} Hz at the customer's telephone`).toBeLessThan(ABSENT);
    await page.waitForTimeout(400);
  }
}

test("caller, queue, agent; a supervisor whispers, whom the caller never hears; a colleague is asked and takes over; the caller gives a mark", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const mei = await sit(browser, "mei", { hz: MEI });
  const lei = await sit(browser, "lei", { hz: LEI, ready: false });
  const anna = await sit(browser, "anna", { hz: ANNA, ready: false, locale: "zh-CN" });
  const boss = anna.page;
  const phone = await Telephone.outside(CUSTOMER);
  await survey(boss, true);
  try {
    await phone.dial("4008123456");
    await answer(mei.page);
    await expectTone(mei.page, CUSTOMER);
    await phone.expectTone(MEI);

    await boss.getByRole("link", { name: "监控" }).click();
    await expect(row(boss, "李梅")).toContainText("通话中");
    await expect(row(boss, "李梅")).toContainText("139 1234 5678");
    await row(boss, "李梅").getByRole("button", { name: "李梅 1001" }).focus();
    await boss.keyboard.press("l");
    const heardBy = boss.getByTestId("heard-by");
    await expect(heardBy).toContainText("没有人");
    await expectVoices(boss, [CUSTOMER, MEI]);
    await expectVoices(mei.page, [CUSTOMER], [ANNA]);

    await boss.getByRole("button", { name: "耳语", exact: true }).click();
    await expect(heardBy).toContainText("只有 李梅");
    await expectVoices(mei.page, [CUSTOMER, ANNA]);
    await expect(mei.page.getByText("Anna Schmidt 正在耳语，客户听不到")).toBeVisible();
    await expectAtTelephone(boss, phone, MEI, ANNA);
    await expect(row(boss, "李梅")).toContainText("Anna Schmidt");
    await expectAccessible(boss);
    await shoot(boss, "supervise-1-whisper");

    await mei.page.keyboard.press("Alt+KeyT");
    const dialog = mei.page.getByRole("dialog", { name: "转接通话" });
    await dialog.getByText("先咨询").click();
    await dialog.getByLabel("姓名、分机或号码").fill("张磊");
    await dialog.getByRole("button", { name: /张磊/ }).click();
    await answer(lei.page);
    await expectVoices(lei.page, [MEI], [CUSTOMER]);
    expect(phone.strength(ANNA), "the caller hears music, and no supervisor").toBeLessThan(ABSENT);
    await mei.page.keyboard.press("Alt+KeyC");
    await expect(timer(mei.page)).toBeHidden();
    // She stays, and whispers to who serves now.
    await expect(heardBy).toContainText("只有 张磊");
    await expectVoices(lei.page, [CUSTOMER, ANNA]);
    await expect(lei.page.getByText("Anna Schmidt 正在耳语，客户听不到")).toBeVisible();
    await expectAtTelephone(boss, phone, LEI, ANNA);

    await boss.keyboard.press("Alt+KeyK");
    await expect(heardBy).toBeHidden();
    await expectVoices(lei.page, [CUSTOMER], [ANNA]);
    await lei.page.keyboard.press("Alt+KeyK");
    await expect(timer(lei.page)).toBeHidden();
    await expect(async () => {
      await phone.press("5");
      await phone.event("CALL_CLOSED", 2500);
    }).toPass({ timeout: 30_000 });
    const mark = async () => {
      const { calls } = await (await boss.request.get("/api/v1/calls?limit=1&scope=all")).json();
      return [calls[0].agent?.agent_number, calls[0].outcome.mark, calls[0].cause];
    };
    await expect.poll(mark, { timeout: 10_000 }).toEqual(["1002", 5, "normal"]);
  } finally {
    await phone.close();
    await survey(boss, false);
  }
  await leave(mei, lei, anna);
});

test("a message reaches an agent who types, and takes nothing from them; a state is set by the supervisor", async ({
  browser,
}) => {
  const hostile = '<script>window.hacked = 1</script> 😀 "; 请回座位';
  const mei = await sit(browser, "mei");
  const anna = await sit(browser, "anna", { ready: false });
  await anna.page.getByRole("link", { name: "监控" }).click();
  await row(anna.page, "李梅").getByRole("button", { name: "李梅 1001" }).focus();
  await anna.page.keyboard.press("m");
  const dialog = anna.page.getByRole("dialog", { name: "发消息给 李梅" });
  await dialog.getByLabel("内容").fill("x".repeat(4000));
  await expect(dialog).toContainText("500 / 500");
  await dialog.getByLabel("内容").fill(hostile);
  const field = mei.page.getByLabel("要拨打的号码");
  await field.fill("1380");
  await anna.page.keyboard.press("Control+Enter");
  await expect(dialog).toBeHidden();

  await expect(mei.page.getByText(hostile)).toBeVisible();
  await expect(field).toBeFocused();
  await field.press("0");
  await expect(field).toHaveValue("13800");
  await expectAccessible(mei.page);
  await shoot(mei.page, "supervise-2-message");
  await mei.page.keyboard.press("Alt+KeyG");
  await expect(mei.page.getByText(hostile)).toBeHidden();
  await mei.page.getByRole("button", { name: "李梅 的菜单" }).click();
  await mei.page.getByRole("menuitem", { name: "今天的消息" }).click();
  await expect(mei.page.getByRole("dialog", { name: "今天的消息" })).toContainText(hostile);
  await mei.page.keyboard.press("Escape");
  expect(await mei.page.evaluate(() => "hacked" in window)).toBe(false);

  await anna.page.getByRole("button", { name: "发消息", exact: true }).click();
  const sent = anna.page.getByRole("region", { name: "今天已发" });
  await expect(sent.getByRole("listitem").filter({ hasText: "请回座位" }).first()).toContainText("1 / 1");
  await anna.page.keyboard.press("Escape");

  await row(anna.page, "李梅").getByRole("button", { name: "李梅 的更多操作" }).click();
  await anna.page.getByRole("menuitem", { name: "小休" }).click();
  await expect(mei.page.getByTestId("agent-state")).toHaveText("小休");
  await expect(row(anna.page, "李梅")).toContainText("小休");
  await leave(mei, anna);
});

for (const [name, options, wall] of [
  ["zh-light", {}, { width: 1920, height: 1080 }],
  ["en-dark", { locale: "en-GB", colorScheme: "dark" }, { width: 1920, height: 1080 }],
  ["zh-phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, { width: 390, height: 844 }],
] as const) {
  test(`the floor and the wallboard with 50 queues and 300 agents: ${name}`, async ({ browser }) => {
    const context = await browser.newContext({ baseURL: demo().web, ...options });
    const page = await context.newPage();
    const whole = floor();
    Object.assign(whole.agents[0] ?? {}, { name: "<img src=x onerror=alert(1)> 😀".repeat(160), state: "ringing" });
    Object.assign(whole.queues[0] ?? {}, { name: `<b>夜班</b> 🌙 ${"很长".repeat(2000)}`, waiting: 3 });
    const told = await feed(page, whole);
    await page.goto("/");
    await logIn(page, "anna", demo().agents.find((a) => a.login === "anna")?.password ?? "");
    await page.goto("/supervise"); // on a phone the link is behind "more"
    const agents = page.getByRole("region", { name: /^(坐席|Agents)$/ }).getByRole("listitem");
    await expect(agents.first()).toBeVisible();
    await expectAccessible(page);
    await shoot(page, `${name}-floor`);
    await page.getByRole("searchbox").fill("1007");
    await expect(agents).toHaveCount(1);

    await page.setViewportSize(wall);
    await page.goto("/wallboard");
    await expect(page.getByRole("article").first()).toBeVisible();
    told.tick();
    await expectAccessible(page);
    await shoot(page, `${name}-wallboard`);
    await told.cut(true);
    await expect(page.getByRole("alert")).toContainText(/连接中断|No connection/);
    await told.cut(false);
    await expect(page.getByRole("alert")).toBeHidden({ timeout: 15_000 });
    await expect(page.getByRole("article").first()).toBeVisible();
    await context.close();
  });
}
