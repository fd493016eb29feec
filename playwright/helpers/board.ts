// SPDX-License-Identifier: Apache-2.0
// A floor as large as one likes: the page and its socket are real, what it is told of the board is made here.

import type { Page, WebSocketRoute } from "@playwright/test";

interface Row {
  [name: string]: unknown;
}

export interface Whole {
  seq: number;
  at: string;
  total: Row;
  queues: Row[];
  agents: Row[];
  waiting: Row[];
  members: Record<string, string[]>;
  promised_s: number;
}

/** Always the same chance, so that two runs show the same. */
function dice(seed: number): (n: number) => number {
  let x = seed;
  return (n) => {
    x = (x * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((x / 2_147_483_648) * n);
  };
}

const FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗";
const GIVEN = [
  "伟",
  "芳",
  "娜",
  "敏",
  "静",
  "丽",
  "强",
  "磊",
  "洋",
  "艳",
  "勇",
  "军",
  "杰",
  "秀英",
  "明",
  "超",
  "慧",
  "建国",
];
const LINES = ["售前咨询", "售后服务", "账务", "技术支持", "投诉", "物流", "VIP 专线", "English", "Renewals", "门店"];
const STATES = ["talking", "talking", "talking", "talking", "ready", "wrap_up", "break", "ringing", "offline"];

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

export function floor(queues = 50, agents = 300, waiting = 40): Whole {
  const d = dice(7);
  const ids = Array.from({ length: queues }, (_, n) => `que_${n}`);
  const members: Record<string, string[]> = Object.fromEntries(ids.map((id) => [id, []]));
  const people = Array.from({ length: agents }, (_, n): Row => {
    const state = STATES[d(STATES.length)] ?? "ready";
    for (let k = 0; k < 5; k++) members[ids[(n * 7 + k * 11) % queues] ?? ""]?.push(`usr_${n}`);
    return {
      user_id: `usr_${n}`,
      name: `${FAMILY[d(FAMILY.length)]}${GIVEN[d(GIVEN.length)]}`,
      agent_number: String(1000 + n),
      state,
      reason: state === "break" ? ["rest", "meal", "meeting"][d(3)] : null,
      since: ago(d(state === "talking" ? 800_000 : 300_000)),
      hindrances: [],
      wish: state === "talking" && d(9) === 0 ? "break" : null,
      call: state === "talking" || state === "ringing" ? call(n, d, state === "talking") : null,
    };
  });
  const callers = Array.from({ length: waiting }, (_, n): Row => waiter(n, ids[d(Math.ceil(queues / 3))] ?? "", d));
  const lines = ids.map((id, n): Row => line(id, n, d, people, members[id] ?? [], callers));
  const at = new Date().toISOString();
  return { seq: 0, at, total: served(d), queues: lines, agents: people, waiting: callers, members, promised_s: 20 };
}

function call(n: number, d: (n: number) => number, talks: boolean): Row {
  return {
    call_id: `call_${n}`,
    number: `138${String(10_000_000 + d(89_999_999))}`,
    name: "",
    queue: LINES[d(LINES.length)],
    since: ago(d(600_000)),
    talks,
    held: talks && d(12) === 0,
    mode: null,
    supervisors: talks && d(25) === 0 ? [{ user_id: "usr_boss", name: "陈主管", mode: "listen" }] : [],
  };
}

function waiter(n: number, queue_id: string, d: (n: number) => number): Row {
  return {
    call_id: `wait_${n}`,
    queue_id,
    number: `139${String(10_000_000 + d(89_999_999))}`,
    name: "",
    since: ago(d(100_000)),
    priority: d(8) === 0 ? 2 : 0,
    place: 1 + d(4),
    expected_s: d(6) === 0 ? null : 20 + d(300),
    rings: d(7) === 0,
    is_callback: false,
  };
}

function line(id: string, n: number, d: (n: number) => number, people: Row[], mine: string[], callers: Row[]): Row {
  const states = people.filter((p) => mine.includes(String(p.user_id))).map((p) => p.state);
  const waits = callers.filter((c) => c.queue_id === id).map((c) => String(c.since));
  return {
    id,
    name: `${LINES[n % LINES.length]}${n >= LINES.length ? ` ${Math.floor(n / LINES.length) + 1}` : ""}`,
    waiting: waits.length,
    callbacks: 0,
    longest_wait_since: waits.sort()[0] ?? null,
    agents_ready: states.filter((s) => s === "ready").length,
    agents_busy: states.filter((s) => s === "talking" || s === "ringing" || s === "wrap_up").length,
    agents_break: states.filter((s) => s === "break").length,
    ...served(d),
  };
}

function served(d: (n: number) => number): Row {
  const offered = 40 + d(400);
  const abandoned = d(20);
  const level = 0.6 + d(40) / 100;
  return {
    offered,
    answered: offered - abandoned - 2,
    abandoned,
    service_level: level,
    service_level_now: level - 0.05,
  };
}

/** The next second of a busy floor: every queue's figures change, and a tenth of the agents. */
export function nextSecond(whole: Whole, seq: number): Row {
  const d = dice(seq * 31 + 5);
  const agents = Array.from({ length: Math.ceil(whole.agents.length / 10) }, () => {
    const was = whole.agents[d(whole.agents.length)] ?? {};
    const state = STATES[d(STATES.length)] ?? "ready";
    const talks = state === "talking";
    return { ...was, state, since: ago(d(300_000)), call: talks ? call(d(9999), d, true) : null };
  });
  const waiting = whole.waiting.map((w) => ({ ...w, place: 1 + d(9), expected_s: d(400), since: ago(d(100_000)) }));
  const queues = whole.queues.map((q, n) => ({
    ...q,
    waiting: d(9),
    longest_wait_since: ago(d(90_000)),
    agents_ready: d(12),
    agents_busy: d(30),
    offered: Number(q.offered) + seq * (n % 3),
    service_level: d(100) / 100,
  }));
  const gone = { queues: [], agents: [], waiting: [] };
  return { seq, at: new Date().toISOString(), total: served(d), queues, agents, waiting, gone };
}

export interface Feed {
  whole: Whole;
  seq: number;
  say(change: Row): void;
  /** One second of a busy floor; its size in octets. */
  tick(): number;
  /** The connection is cut, and refused until it is whole again. */
  cut(on: boolean): Promise<void>;
}

/** From now on the page is told of this floor, and of nothing else. Before the page is loaded. */
export async function feed(page: Page, whole: Whole): Promise<Feed> {
  let open: WebSocketRoute | null = null;
  let refused = false;
  const it: Feed = {
    whole,
    seq: whole.seq,
    say(change) {
      open?.send(`42${JSON.stringify(["board", change])}`);
    },
    tick() {
      it.seq += 1;
      const change = nextSecond(whole, it.seq);
      it.say(change);
      return Buffer.byteLength(JSON.stringify(change));
    },
    async cut(on) {
      refused = on;
      if (on) await open?.close();
    },
  };
  await page.routeWebSocket(/\/socket\.io\//, (ws) => {
    if (refused) return void ws.close();
    const server = ws.connectToServer();
    open = ws;
    ws.onMessage((message) => {
      const asked = typeof message === "string" && /^42(\d+)\["do",\{"type":"board\.read"/.exec(message);
      if (asked) ws.send(`43${asked[1]}${JSON.stringify([{ ok: true, board: { ...it.whole, seq: it.seq } }])}`);
      else server.send(message);
    });
    server.onMessage((message) => {
      if (!(typeof message === "string" && message.startsWith('42["board"'))) ws.send(message);
    });
  });
  return it;
}
