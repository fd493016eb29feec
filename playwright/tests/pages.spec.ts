// SPDX-License-Identifier: Apache-2.0
import { expect, type Route, test } from "@playwright/test";
import { expectAccessible, shoot } from "../helpers/a11y";
import { leave, logIn, sit } from "../helpers/actors";
import { demo } from "../helpers/system";

test("a wrong password is refused in words, and tells nothing else", async ({ browser }) => {
  const page = await browser.newPage({ baseURL: demo().web });
  await page.goto("/");
  await page.getByLabel("账号").fill("mei");
  await page.getByLabel("密码").fill("not the password");
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.getByRole("alert")).toHaveText("账号或密码不对。");
  await page.close();
});

test("a script that is lost on the way leaves no empty page", async ({ browser }) => {
  const page = await browser.newPage({ baseURL: demo().web });
  let lost = 0;
  const lose = (route: Route) => {
    lost++;
    return route.abort("connectionreset");
  };
  await page.route(/assets\/libraries-/, lose, { times: 1 });
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "登录" })).toBeVisible();
  expect(lost).toBe(1);
  await page.close();
});

for (const [name, options] of [
  ["zh-light", {}],
  ["en-dark", { locale: "en-GB", colorScheme: "dark" }],
  ["zh-phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
] as const) {
  test(`every page is accessible and looks as it should: ${name}`, async ({ browser }) => {
    const context = await browser.newContext({ baseURL: demo().web, ...options });
    const page = await context.newPage();
    await page.goto("/");
    await expect(page.getByRole("heading", { name: /登录|Log in/ })).toBeVisible();
    await expectAccessible(page);
    await shoot(page, `${name}-login`);
    await context.close();

    const seat = await sit(browser, "anna", { ready: false, ...options });
    for (const path of ["/", "/history", "/people", "/settings", "/check", "/reports"]) {
      await seat.page.goto(path);
      await expect(seat.page.getByRole("main")).toBeVisible();
      await seat.page.waitForLoadState("networkidle");
      await expectAccessible(seat.page);
      await shoot(seat.page, `${name}${path === "/" ? "-desk" : path.replace("/", "-")}`);
    }
    await leave(seat);
  });
}

test("the state is changed from the keyboard alone", async ({ browser }) => {
  const anna = await sit(browser, "anna", { ready: false });
  await anna.page.keyboard.press("Alt+KeyS");
  await expect(anna.page.getByRole("menuitem", { name: "就绪" })).toBeVisible();
  await anna.page.keyboard.press("ArrowDown");
  await anna.page.keyboard.press("Enter");
  await expect(anna.page.getByTestId("agent-state")).toHaveText("就绪");
  await anna.page.keyboard.press("Alt+KeyS");
  await anna.page.getByRole("menuitem", { name: "用餐" }).click();
  await expect(anna.page.getByTestId("agent-state")).toHaveText("用餐");
  await leave(anna);
});

test("the palette finds a person by short number, and `?` lists the keys", async ({ browser }) => {
  const anna = await sit(browser, "anna", { ready: false });
  await anna.page.keyboard.press("Control+KeyK");
  await anna.page.getByRole("combobox").fill("1002");
  await expect(anna.page.getByRole("option", { name: /张磊/ })).toBeVisible();
  await expectAccessible(anna.page);
  await anna.page.keyboard.press("Escape");
  await anna.page.keyboard.press("Shift+Slash");
  await expect(anna.page.getByRole("dialog", { name: "快捷键" })).toContainText("接听");
  await expectAccessible(anna.page);
  await leave(anna);
});

test("the language is changed on the spot, and stays", async ({ browser }) => {
  const anna = await sit(browser, "anna", { ready: false });
  await anna.page.goto("/settings");
  await anna.page.getByRole("radio", { name: "English" }).check();
  await expect(anna.page.getByRole("heading", { name: "Settings" })).toBeVisible();
  await anna.page.reload();
  await expect(anna.page.getByRole("heading", { name: "Settings" })).toBeVisible();
  await anna.page.getByRole("radio", { name: "简体中文" }).check();
  await expect(anna.page.getByRole("heading", { name: "设置" })).toBeVisible();
  await leave(anna);
});

test("who logs out is out, in every tab", async ({ browser }) => {
  const anna = await sit(browser, "anna", { ready: false });
  const second = await anna.context.newPage();
  await second.goto("/");
  await expect(second.getByTestId("agent-state")).toBeVisible();
  await anna.page.getByRole("button", { name: /的菜单/ }).click();
  await anna.page.getByRole("menuitem", { name: "退出登录" }).click();
  await expect(anna.page.getByRole("heading", { name: "登录" })).toBeVisible();
  await second.reload();
  await expect(second.getByRole("heading", { name: "登录" })).toBeVisible();
  const agent = demo().agents.find((a) => a.login === "anna");
  await logIn(anna.page, "anna", agent?.password ?? "");
  await leave(anna);
});
