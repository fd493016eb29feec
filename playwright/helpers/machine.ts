// SPDX-License-Identifier: Apache-2.0
// What the machine itself does to time. A shared one stands still now and then, and nobody's sound goes on meanwhile: a
// limit in a story is the product's own plus what this has measured beside it, in the same seconds.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Stalls {
  /** The longest time in which a processor ran nobody who had slept enough, in ms. */
  longest: number;
  /** All such times over 5 ms together, on the processor that had most of them, in ms. */
  total: number;
}

/** The longest silence in a talk that is not ours, in ms: 40, and what the machine stood still. */
export function mostGap(stalls: Stalls): number {
  return 40 + stalls.longest;
}

/** The sound that may be missing in a talk and is not ours, in s. */
export function mostMissing(stalls: Stalls): number {
  return 0.25 + stalls.total / 1000;
}

/** Sleeps 2 ms again and again, and at the end of its input says how late it woke. */
const sleeper = `
  let last = performance.now(), longest = 0, total = 0;
  process.stdin.resume().once("end", () => { console.log(JSON.stringify({ longest, total })); process.exit(); });
  setInterval(() => {
    const now = performance.now(), late = now - last - 2;
    last = now;
    longest = Math.max(longest, late);
    if (late > 5) total += late;
  }, 2);
  console.log("awake");`;

/** Begins to watch every processor; what is returned ends the watch and tells. */
export async function watchMachine(): Promise<() => Promise<Stalls>> {
  const sleepers = ours().map((cpu) => new Sleeper(cpu));
  await Promise.all(sleepers.map((one) => one.line())); // awake
  return async () => {
    const told = await Promise.all(sleepers.map((one) => one.end()));
    const most = (of: (s: Stalls) => number) => Math.max(...told.map(of));
    return { longest: most((s) => s.longest), total: most((s) => s.total) };
  };
}

/** The processors this process may run on, from a list such as `0-3,8`. */
function ours(): number[] {
  const list = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, n) => first + n);
  });
}

class Sleeper {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<Buffer>;

  constructor(cpu: number) {
    this.child = spawn("taskset", ["-c", String(cpu), process.execPath, "-e", sleeper], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    if (!this.child.stdout) throw new Error("no pipe to the sleeper");
    this.lines = this.child.stdout[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error("the sleeper ended by itself: is taskset there?");
    return String(value);
  }

  async end(): Promise<Stalls> {
    this.child.stdin?.end();
    return JSON.parse(await this.line()) as Stalls;
  }
}
