// SPDX-License-Identifier: Apache-2.0
// The whole real system, started once for all stories by the one command, stopped by SIGTERM.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

export interface Agent {
  login: string;
  password: string;
  number: string;
  sip_user: string;
  sip_password: string;
}

/** The one JSON line of `./headcall demo --json`. */
export interface Demo {
  web: string;
  /** With `--lan`: where other machines reach it. */
  https: string[];
  sip: { trunk: string; registrar: string; domain: string };
  numbers: Record<string, string>;
  agents: Agent[];
  admin: { login: string; password: string };
  pids: { supervisor: number; backend: number; sfu: number[]; "sip-bridge": number };
}

const READY_WITHIN_MS = 90_000;
const root = resolve(import.meta.dirname, "../..");

export default function start(): Promise<() => Promise<void>> {
  return startWith();
}

/** Starts the demo with more words on its command line; what is returned ends it. */
export async function startWith(...words: string[]): Promise<() => Promise<void>> {
  if (process.env.HEADCALL_DEMO) return () => Promise.resolve(); // somebody's running demo, as its JSON line
  const data = mkdtempSync(join(tmpdir(), "headcall-e2e-"));
  const port = await freePort();
  const child = spawn("./headcall", ["demo", "--json", "--data", data, "--base-port", String(port), ...words], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  child.stderr.on("data", (d: Buffer) => said.push(d.toString()));
  const ended = new Promise<number | null>((done) => child.once("exit", done));
  const line = await Promise.race([
    firstLine(child.stdout),
    ended.then((code) => Promise.reject(new Error(`the demo ended with ${code}\n${said.join("")}`))),
    after(READY_WITHIN_MS, () => `the demo was not ready in time\n${said.join("")}`),
  ]);
  process.env.HEADCALL_DEMO = line;
  return async () => {
    child.kill("SIGTERM");
    const code = await ended;
    if (process.env.KEEP_LOG) writeFileSync(process.env.KEEP_LOG, said.join(""));
    rmSync(data, { recursive: true, force: true });
    if (code !== 0) throw new Error(`the demo ended with ${code}\n${said.join("").slice(-4000)}`);
  };
}

export function demo(): Demo {
  return JSON.parse(process.env.HEADCALL_DEMO ?? "null") as Demo;
}

/** The process of a role as it runs now: a role that was killed has another pid than the demo told. */
export function pidOf(role: string): number {
  const supervisor = demo().pids.supervisor;
  const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, "utf8").trim().split(" ");
  const found = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(role));
  if (!found) throw new Error(`no process of the role ${role}`);
  return Number(found);
}

function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((done) => createInterface({ input: stream }).once("line", done));
}

function after(ms: number, text: () => string): Promise<never> {
  return new Promise((_, fail) => setTimeout(() => fail(new Error(text())), ms).unref());
}

/** A base port with room above it; the demo says so itself if one of its ports is taken meanwhile. */
function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => done(Math.min(port, 60_000)));
    });
  });
}
