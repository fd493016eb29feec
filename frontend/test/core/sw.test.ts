// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

// The service worker as it is served, with a browser around it that only remembers.
const code = readFileSync(`${import.meta.dirname}/../../public/sw.js`, "utf8");

interface Note {
  title: string;
  tag: string;
  silent?: boolean;
  close(): void;
}

function browser() {
  const heard = new Map<string, (event: unknown) => void>();
  let notes: Note[] = [];
  const opened: string[] = [];
  const pages: { visibilityState: string; focus?: () => void }[] = [];
  const self = {
    addEventListener: (type: string, run: (event: unknown) => void) => heard.set(type, run),
    skipWaiting: () => undefined,
    clients: {
      claim: async () => undefined,
      matchAll: async () => pages,
      openWindow: async (url: string) => opened.push(url),
    },
    registration: {
      showNotification: async (title: string, options: { tag: string; silent?: boolean }) => {
        const note = { title, ...options, close: () => (notes = notes.filter((n) => n !== note)) };
        notes = [...notes.filter((n) => n.tag !== options.tag), note];
      },
      getNotifications: async ({ tag }: { tag: string }) => notes.filter((n) => n.tag === tag),
    },
  };
  new Function("self", code)(self);
  const happens = async (type: string, event: Record<string, unknown>) => {
    let work: Promise<unknown> = Promise.resolve();
    heard.get(type)?.({ ...event, waitUntil: (p: Promise<unknown>) => (work = p) });
    await work;
  };
  const push = (told: unknown) => happens("push", { data: { json: () => JSON.parse(String(told)) } });
  return { notes: () => notes, opened, pages, push, happens };
}

const told = (type: "ring" | "clear", title = "来电：李梅") =>
  JSON.stringify({ type, call_id: "call_1", title, body: "1001" });

describe("the service worker", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("rings when no page is seen, once for each call", async () => {
    const { push, notes, pages } = browser();
    pages.push({ visibilityState: "hidden" });
    await push(told("ring"));
    await push(told("ring"));
    expect(notes().map((n) => n.title)).toEqual(["来电：李梅"]);
  });

  it("is silent beside a page that is seen: it rings by itself", async () => {
    const { push, notes, pages } = browser();
    pages.push({ visibilityState: "visible" });
    await push(told("ring"));
    expect(notes()).toEqual([]);
  });

  it("turns the ring into a quiet word when the call is answered elsewhere, and takes that away", async () => {
    const { push, notes } = browser();
    await push(told("ring"));
    const clearing = push(told("clear", "来电已处理"));
    await vi.advanceTimersByTimeAsync(100);
    expect(notes()).toMatchObject([{ title: "来电已处理", silent: true }]);
    await vi.advanceTimersByTimeAsync(4000);
    await clearing;
    expect(notes()).toEqual([]);
  });

  it("shows nothing for a call that never rang here, nor for what is no word of ours", async () => {
    const { push, notes } = browser();
    await push(told("clear"));
    for (const rubbish of ["{", "null", "[]", '{"type":"ring"}', '{"call_id":5,"title":"x"}']) await push(rubbish);
    expect(notes()).toEqual([]);
  });

  it("leads to the page that is there, or opens one", async () => {
    const { happens, opened, pages } = browser();
    const close = vi.fn();
    await happens("notificationclick", { notification: { close } });
    expect(opened).toEqual(["/"]);
    const focus = vi.fn();
    pages.push({ visibilityState: "hidden", focus });
    await happens("notificationclick", { notification: { close } });
    expect([focus.mock.calls.length, opened.length, close.mock.calls.length]).toEqual([1, 1, 2]);
  });
});
