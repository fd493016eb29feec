// SPDX-License-Identifier: Apache-2.0
// People of the stories: an agent is a browser context with a pitch; a customer is the simulator, far away on the trunk.

import {
  type APIRequestContext,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  expect,
  type Page,
} from "@playwright/test";
import { voice } from "./media";
import { demo } from "./system";

export interface Seat {
  context: BrowserContext;
  page: Page;
  hz: number;
  number: string;
  /** What went wrong in the page; a story ends with none. */
  faults: string[];
}

export interface SeatOptions extends BrowserContextOptions {
  hz?: number;
  ready?: boolean;
}

/** Opens a browser for the agent and logs in through the form, as a person does. */
export async function sit(browser: Browser, login: string, options: SeatOptions = {}): Promise<Seat> {
  const { hz = 1000, ready = true, ...rest } = options;
  const { web, agents } = demo();
  const context = await browser.newContext({
    baseURL: web,
    permissions: ["microphone", "notifications"],
    ignoreHTTPSErrors: true,
    ...rest,
  });
  await voice(context, hz);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (e) => faults.push(e.message));
  const agent = agents.find((a) => a.login === login);
  await page.goto("/");
  await logIn(page, login, agent?.password ?? "");
  const seat: Seat = { context, page, hz, number: agent?.number ?? "", faults };
  if (ready) await becomeReady(page);
  return seat;
}

export async function logIn(page: Page, login: string, password: string): Promise<void> {
  await page.getByLabel(/^(账号|User name)$/).fill(login);
  await page.getByLabel(/^(密码|Password)$/).fill(password);
  await page.getByRole("button", { name: /^(登录|Log in)$/ }).click();
  await expect(page.getByTestId("agent-state")).toBeVisible();
}

export async function becomeReady(page: Page): Promise<void> {
  const state = page.getByTestId("agent-state");
  if (/^(就绪|Ready)$/.test((await state.textContent()) ?? "")) return;
  await sweep(page);
  await endCalls(page);
  await state.click();
  await page.getByRole("menuitem", { name: /^(就绪|Ready)$/ }).click();
  await expect(state).toHaveText(/^(就绪|Ready)$/);
}

/** Sends home the customers whom an earlier story that failed left in the queue. */
async function sweep(page: Page): Promise<void> {
  const { calls } = (await (await page.request.get("/api/v1/simulator/calls")).json()) as { calls: SimulatedCall[] };
  for (const { simulated_id } of calls.filter((c) => c.state !== "ended")) {
    await page.request.delete(`/api/v1/simulator/calls/${simulated_id}`, { headers: { "X-HeadCall": "1" } });
  }
}

/** Ends what an earlier story may have left behind: a call outlives the page that held it, on purpose. */
async function endCalls(page: Page): Promise<void> {
  const busy = /^(通话中|振铃中|On a call|Ringing)$/;
  await expect(async () => {
    if (!busy.test((await page.getByTestId("agent-state").textContent()) ?? "")) return;
    await page.keyboard.press("Alt+KeyK");
    throw new Error("still in a call");
  }).toPass({ timeout: 15_000 });
}

export async function leave(...seats: Seat[]): Promise<void> {
  const faults = seats.flatMap((s) => s.faults);
  for (const seat of seats) {
    await endCalls(seat.page);
    await seat.context.close();
  }
  expect(faults).toEqual([]);
}

export interface Customer {
  id: string;
  hangUp(): Promise<void>;
  state(): Promise<SimulatedCall>;
}

export interface SimulatedCall {
  simulated_id: string;
  state: "dialling" | "ringing" | "talking" | "ended";
  heard_dbov: number;
  packets_received: number;
  longest_gap_ms: number;
}

export interface Order {
  number?: string;
  caller_number?: string;
  tone_hz?: number;
  say?: string;
  keys?: string;
  hang_up_after_s?: number;
}

/** A customer dials 4008-123456 over the real trunk. The page's session is used, as its simulator panel would. */
export async function customerCalls(page: Page, order: Order = {}): Promise<Customer> {
  const request: APIRequestContext = page.request;
  const headers = { "X-HeadCall": "1" };
  const data = { number: demo().numbers["400"] ?? "4008123456", caller_number: "13800138000", tone_hz: 440, ...order };
  const placed = await request.post("/api/v1/simulator/calls", { data, headers });
  expect(placed.ok(), await placed.text()).toBe(true);
  const { simulated_id: id } = (await placed.json()) as { simulated_id: string };
  return {
    id,
    async hangUp() {
      await request.delete(`/api/v1/simulator/calls/${id}`, { headers });
    },
    async state() {
      const { calls } = (await (await request.get("/api/v1/simulator/calls")).json()) as { calls: SimulatedCall[] };
      const call = calls.find((c) => c.simulated_id === id);
      if (!call) throw new Error(`the simulator has forgotten ${id}`);
      return call;
    },
  };
}

/** Other rules for the demo's queue; what it returns puts back those that were. */
export async function queueRules(page: Page, rules: object): Promise<() => Promise<void>> {
  const url = "/api/v1/queues/que_callcentre";
  const headers = { "X-HeadCall": "1" };
  const whole = await (await page.request.get(url)).json();
  const { id: _id, number: _number, version: _version, ...before } = whole;
  const put = async (data: object) => {
    const answer = await page.request.put(url, { data, headers });
    expect(answer.ok(), await answer.text()).toBe(true);
  };
  await put({ ...before, ...rules });
  return () => put(before);
}

export const ringing = (page: Page) => page.getByRole("alertdialog");
export const timer = (page: Page) => page.getByRole("timer", { name: /通话时长|Call time/ });

/** The page rings, and the person presses Alt+J. */
export async function answer(page: Page): Promise<void> {
  await expect(ringing(page)).toBeVisible({ timeout: 20_000 });
  await page.keyboard.press("Alt+KeyJ");
  await expect(timer(page)).toBeVisible();
}

/** Asks a colleague before a transfer, while the customer hears music. */
export async function consult(page: Page, name: string): Promise<void> {
  await page.keyboard.press("Alt+KeyT");
  const dialog = page.getByRole("dialog", { name: "转接通话" });
  await dialog.getByText("先咨询").click();
  await dialog.getByLabel("姓名、分机或号码").fill(name);
  await dialog.getByRole("button", { name }).click();
}
