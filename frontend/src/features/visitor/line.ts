// SPDX-License-Identifier: Apache-2.0
// A visitor's line to their chat: questions that wait for an answer, because they get through everything that HTTP does.

import type { VisitorNews, VisitorQueue } from "@/api/types";

export interface Kept {
  chat_id: string;
  token: string;
}

export class Refusal extends Error {
  readonly status: number;
  readonly text: { zh?: string; en?: string };
  readonly detail: string;
  constructor(status: number, text: { zh?: string; en?: string }, detail: string) {
    super(detail);
    this.status = status;
    this.text = text;
    this.detail = detail;
  }
}

const BASE = "/api/v1/visitor-chats";
const WAIT_S = 25;
const PAUSE_MS = 2000;

async function ask<T>(path: string, init: RequestInit & { token?: string } = {}): Promise<T> {
  const { token, ...rest } = init;
  const headers = new Headers(rest.headers);
  if (token) headers.set("authorization", `Bearer ${token}`);
  const response = await fetch(`${BASE}${path}`, { ...rest, headers, credentials: "omit" });
  if (!response.ok) {
    const body = (await response.json().catch(() => ({}))) as { error?: { text?: object; detail?: string } };
    throw new Refusal(response.status, body.error?.text ?? {}, body.error?.detail ?? "");
  }
  return (response.status === 204 ? undefined : await response.json()) as T;
}

const json = (body: object): RequestInit => ({
  method: "POST",
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});

export const queues = () => ask<{ queues: VisitorQueue[] }>("/queues");

export interface FirstWord {
  queue_id: string;
  text: string;
  name: string;
  contact: string;
  page: string;
  language: "zh" | "en";
}

export const begin = (word: FirstWord) => ask<Kept>("", json(word));

export class VisitorLine {
  #kept: Kept;
  #after = 0;
  #stop = new AbortController();
  #told: (news: VisitorNews | null) => void;

  /** `told` hears what is new; null while the server cannot be reached. */
  constructor(kept: Kept, told: (news: VisitorNews | null) => void, gone: () => void) {
    this.#kept = kept;
    this.#told = told;
    void this.#listen(gone);
  }

  close(): void {
    this.#stop.abort();
  }

  async say(text: string): Promise<void> {
    this.#hear(await this.#ask<VisitorNews>("/messages", json({ text })));
  }

  typing(): void {
    void this.#ask("/typing", { method: "POST" }).catch(() => undefined);
  }

  async send(file: File): Promise<void> {
    const path = `/files?name=${encodeURIComponent(file.name)}`;
    const headers = { "content-type": "application/octet-stream" };
    this.#hear(await this.#ask<VisitorNews>(path, { method: "POST", body: file, headers }));
  }

  async end(): Promise<void> {
    await this.#ask("", { method: "DELETE" });
  }

  /** The octets of a file, with the chat's token: a link could not carry it. */
  async file(fileId: string): Promise<Blob> {
    const response = await fetch(`${BASE}/${this.#kept.chat_id}/files/${fileId}`, {
      headers: { authorization: `Bearer ${this.#kept.token}` },
      credentials: "omit",
    });
    if (!response.ok) throw new Refusal(response.status, {}, "");
    return response.blob();
  }

  async #listen(gone: () => void): Promise<void> {
    const { signal } = this.#stop;
    let wait = 0;
    while (!signal.aborted) {
      try {
        const news = await this.#ask<VisitorNews>(`?after=${this.#after}&wait_s=${wait}`, { signal });
        if (signal.aborted) return;
        this.#hear(news);
        if (news.state === "ended") return;
        wait = WAIT_S;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Refusal && error.status === 404) {
          gone();
          return;
        }
        this.#told(null);
        wait = 0;
        await new Promise((done) => setTimeout(done, PAUSE_MS));
      }
    }
  }

  #hear(news: VisitorNews): void {
    this.#after = Math.max(this.#after, news.last_seq);
    this.#told(news);
  }

  #ask<T>(path: string, init: RequestInit = {}): Promise<T> {
    return ask<T>(`/${this.#kept.chat_id}${path}`, { ...init, token: this.#kept.token });
  }
}
