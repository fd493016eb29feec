// SPDX-License-Identifier: Apache-2.0
import { createHmac } from "node:crypto";
import { type Browser, type BrowserContextOptions, expect, type Page, test } from "@playwright/test";
import { expectAccessible, shoot } from "../helpers/a11y";
import { demo } from "../helpers/system";

const STEP_S = 30;

/** What an authenticator app shows (RFC 6238); `ahead` steps from now. */
function code(secret: string, ahead = 0): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/\s/g, "")].map((c) => letters.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / STEP_S) + ahead));
  const mac = createHmac("sha1", key).update(counter).digest();
  const value = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(value % 1_000_000).padStart(6, "0");
}

interface Newcomer {
  login: string;
  password: string;
}

/** Somebody of this story alone, so that nobody else is asked for a code. */
async function newcomer(browser: Browser): Promise<Newcomer> {
  const context = await browser.newContext({ baseURL: demo().web, extraHTTPHeaders: { "X-HeadCall": "1" } });
  const { login, password } = demo().admin;
  expect((await context.request.post("/api/v1/session", { data: { login, password } })).ok()).toBe(true);
  const person = { login: `two.${Date.now().toString(36)}`, password: "a good long password" };
  const data = { ...person, name: "<script>alert(1)</script> 林 🌙", roles: ["employee"], language: "zh" };
  const made = await context.request.post("/api/v1/people", { data });
  expect(made.ok(), await made.text()).toBe(true);
  // What the administrator knows opens nothing but the choice of one's own.
  const asked = await context.request.post("/api/v1/session", { data: person });
  const { ticket } = await asked.json();
  const own = "a good long password of my own";
  const chosen = await context.request.post("/api/v1/session/password", { data: { ticket, password: own } });
  expect(chosen.ok(), await chosen.text()).toBe(true);
  await context.close();
  return { ...person, password: own };
}

async function knock(browser: Browser, who: Newcomer, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ baseURL: demo().web, ...options });
  const page = await context.newPage();
  await page.goto("/");
  await page.getByLabel(/^(账号|User name)$/).fill(who.login);
  await page.getByLabel(/^(密码|Password)$/).fill(who.password);
  await page.getByRole("button", { name: /^(登录|Log in)$/ }).click();
  return page;
}

test("somebody switches the second step on, logs in with it elsewhere, gives a program a key, and ends the other session", async ({
  browser,
  playwright,
}) => {
  const who = await newcomer(browser);
  const here = await knock(browser, who);
  await here.getByRole("link", { name: "设置" }).click();
  await here.getByRole("button", { name: "启用" }).click();
  const dialogue = here.getByRole("dialog");
  await dialogue.getByLabel("密码").fill(who.password);
  await dialogue.getByRole("button", { name: "继续" }).click();
  await expect(dialogue.getByAltText(/二维码/)).toBeVisible();
  const secret = (await dialogue.locator("code").textContent()) ?? "";
  await expectAccessible(here);
  await shoot(here, "zh-light-second-factor");
  await dialogue.getByLabel(/6 位验证码/).fill("000000");
  await expect(dialogue.getByRole("alert")).toContainText("验证码不正确");
  await dialogue.getByLabel(/6 位验证码/).fill(code(secret));
  await expect(dialogue.getByRole("listitem")).toHaveCount(10);
  await expectAccessible(here);
  await dialogue.getByRole("checkbox").check();
  await dialogue.getByRole("button", { name: "完成" }).click();
  await expect(here.getByText(/起启用/)).toBeVisible();

  const there = await knock(browser, who, { locale: "en-GB", viewport: { width: 390, height: 844 } });
  await there.getByLabel("Code").fill("000000");
  await expect(there.getByRole("alert")).toContainText("The code is wrong");
  await expectAccessible(there);
  await there.getByLabel("Code").fill(code(secret, 1));
  await expect(there.getByRole("heading", { name: "One more step" })).toBeHidden();
  await expect(there.getByRole("navigation").first()).toBeVisible();

  await here.getByRole("button", { name: "创建" }).click();
  await dialogue.getByLabel("名称").fill("<b>报表</b>");
  await dialogue.getByLabel("查看通讯录").check();
  await dialogue.getByRole("button", { name: "创建" }).click();
  const key = (await here.getByTestId("key").textContent()) ?? "";
  await dialogue.getByRole("button", { name: "完成" }).click();
  await expect(here.getByText("<b>报表</b>")).toBeVisible();
  const headers = { Authorization: `Bearer ${key}` };
  const program = await playwright.request.newContext({ baseURL: demo().web, extraHTTPHeaders: headers });
  expect((await program.get("/api/v1/directory")).status()).toBe(200);
  expect((await program.get("/api/v1/keys")).status()).toBe(403);

  await here.reload();
  const devices = here.getByRole("region", { name: "登录的设备" });
  await expect(devices).toContainText("密码 + 验证码");
  await expectAccessible(here);
  await devices.getByRole("button", { name: "退出其他所有设备" }).click();
  await expect(devices.getByRole("button")).toHaveCount(0);
  await there.reload();
  await expect(there.getByRole("button", { name: "Log in", exact: true })).toBeVisible();
  await program.dispose();
  await here.context().close();
  await there.context().close();
});
