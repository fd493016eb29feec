// SPDX-License-Identifier: Apache-2.0
import { type Browser, expect, type Page, test } from "@playwright/test";
import { expectAccessible, shoot } from "../helpers/a11y";
import { answer, customerCalls, leave, sit, timer } from "../helpers/actors";
import { expectTone } from "../helpers/media";
import { demo } from "../helpers/system";

/** The customer's own browser: it knows nothing of us. */
async function customer(browser: Browser, locale: string, path: string): Promise<Page> {
  const page = await (await browser.newContext({ baseURL: demo().web, locale })).newPage();
  await page.goto(path);
  return page;
}

test("a call is in the report at once, and its customer says how content they are, in either language", async ({
  browser,
}) => {
  const mei = await sit(browser, "mei", { hz: 900 });
  await customerCalls(mei.page, { hang_up_after_s: 60 });
  await answer(mei.page);
  await expectTone(mei.page, 440);
  await mei.page.keyboard.press("Alt+KeyK");
  await expect(timer(mei.page)).toBeHidden();
  const { calls } = await (await mei.page.request.get("/api/v1/calls?limit=1")).json();
  const link = await mei.page.request.post(`/api/v1/calls/${calls[0].call_id}/survey`, {
    headers: { "X-HeadCall": "1" },
  });
  const { path } = await link.json();

  for (const [name, options] of [
    ["zh", {}],
    ["en", { locale: "en-GB", colorScheme: "dark" }],
  ] as const) {
    const anna = await sit(browser, "anna", { ready: false, ...options });
    await anna.page.goto("/reports?by=agent");
    const row = anna.page.getByRole("row").filter({ hasText: "李梅" });
    await expect(row.getByRole("cell").first()).toHaveText(/[1-9]/);
    await expectAccessible(anna.page);
    await shoot(anna.page, `reports-${name}`);
    await leave(anna);
  }

  const chinese = await customer(browser, "zh-CN", path);
  await expectAccessible(chinese);
  await shoot(chinese, "survey-zh");
  const english = await customer(browser, "en-GB", path);
  await expectAccessible(english);
  await english.locator("input[value='4']").check();
  await english.getByRole("textbox").fill("<script>alert(1)</script> fine 🙂");
  await english.getByRole("button").click();
  await expect(english.getByText(/thank/i).first()).toBeVisible();
  await expectAccessible(english);
  await chinese.reload(); // one answer for each call
  await expect(chinese.getByRole("radio")).toHaveCount(0);
  await expectAccessible(chinese);
  await Promise.all([chinese.context().close(), english.context().close()]);
  const said = await (await mei.page.request.get(`/api/v1/calls/${calls[0].call_id}/survey`)).json();
  expect([said.mark, said.comment]).toEqual([4, "<script>alert(1)</script> fine 🙂"]);
  await leave(mei);
});
