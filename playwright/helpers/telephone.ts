// SPDX-License-Identifier: Apache-2.0
// A real baresip without a sound card: it says a tone, keeps what it hears, and is driven over TCP. What Debian's
// baresip 1.0.0 needs to know stands in tests/world/baresip.py.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { type Agent, demo } from "./system";

const RATE = 8000;
/** Of 32767. The tones are at 10,000; music and speech are above it too. */
const HEARD = 400;

export interface Stretch {
  hz: number;
  /** The longest time without sound, in ms. */
  longest: number;
  seconds: number;
}

export class Telephone {
  private buffer = Buffer.alloc(0);
  private readonly events: { type: string }[] = [];
  private answered: (text: string) => void = () => undefined;

  private constructor(
    private readonly folder: string,
    private readonly process: ChildProcess,
    private readonly control: Socket,
    private readonly server: string,
  ) {
    control.on("data", (data) => this.take(data));
    control.on("error", () => undefined); // it ends with the telephone
  }

  /** A telephone at the far end of the trunk: it has no account. */
  static outside(hz: number): Promise<Telephone> {
    return Telephone.start("13912345678", "", "pstn.test", demo().sip.trunk, hz, 0);
  }

  /** The telephone on an agent's desk, registered. */
  static async onDesk(agent: Agent, hz: number): Promise<Telephone> {
    const { registrar, domain } = demo().sip;
    const phone = await Telephone.start(agent.sip_user, agent.sip_password, domain, registrar, hz, 300);
    // It may have said so before we listened, so it is asked.
    await expect
      .poll(() => phone.do("reginfo"), { message: "the telephone is registered", timeout: 15_000 })
      .toContain("OK");
    return phone;
  }

  private static async start(
    user: string,
    password: string,
    domain: string,
    server: string,
    hz: number,
    every: number,
  ): Promise<Telephone> {
    const folder = mkdtempSync(join(tmpdir(), "headcall-phone-"));
    const base = await freePorts();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "says.wav"), toneFile(hz, 300));
    writeFileSync(join(folder, "config"), config(folder, user, base));
    writeFileSync(join(folder, "contacts"), "");
    const account = [
      `<sip:${user}@${domain}>;auth_user=${user};auth_pass=${password};outbound="sip:${server}"`,
      `regint=${every};answermode=manual;audio_codecs=pcma/8000/1,pcmu/8000/1`,
    ];
    writeFileSync(join(folder, "accounts"), `${account.join(";")}\n`);
    const log = openSync(join(folder, "log"), "w");
    const child = spawn("baresip", ["-f", folder, "-v", "-s"], { cwd: folder, stdio: ["ignore", log, log] });
    closeSync(log);
    return new Telephone(folder, child, await opened(base + 5, folder), server);
  }

  async dial(number: string): Promise<void> {
    await this.do("dial", `sip:${number}@${this.server}`);
  }

  async answer(): Promise<void> {
    await this.do("accept");
  }

  async hangUp(): Promise<void> {
    await this.do("hangup");
  }

  async hold(on: boolean): Promise<void> {
    await this.do(on ? "hold" : "resume");
  }

  /** RFC 4733; \x04 releases the key. */
  async press(keys: string): Promise<void> {
    for (const key of keys) {
      await this.do("sndcode", key);
      await wait(150);
      await this.do("sndcode", "\x04");
      await wait(100);
    }
  }

  /** Waits for an event (`CALL_INCOMING`, `CALL_ESTABLISHED`, `CALL_CLOSED` …); it is used up. */
  async event(type: string, timeout = 15_000): Promise<void> {
    await expect
      .poll(
        () => {
          const at = this.events.findIndex((event) => event.type === type);
          if (at >= 0) this.events.splice(at, 1);
          return at >= 0;
        },
        { message: `the telephone says ${type}\n${this.log()}`, timeout, intervals: [50] },
      )
      .toBe(true);
  }

  /** How much it has heard so far, in samples. */
  heardSoFar(): number {
    return this.heard().length;
  }

  /** What it has heard between two moments (samples as of `heardSoFar`). */
  stretch(from = 0, to?: number): Stretch {
    const samples = this.heard().subarray(from, to);
    let quiet = 0;
    let longest = 0;
    for (const sample of samples) {
      quiet = Math.abs(sample) < HEARD ? quiet + 1 : 0;
      longest = Math.max(longest, quiet);
    }
    return { hz: pitch(samples), longest: (longest * 1000) / RATE, seconds: samples.length / RATE };
  }

  /** The loudest tone of the last half second; 0 for silence. */
  get hears(): number {
    return pitch(this.heard().subarray(-RATE / 2));
  }

  /** How strong a pitch is in the last half second, of 32767: for a voice among others. */
  strength(hz: number): number {
    const samples = this.heard().subarray(-RATE / 2);
    return samples.length ? (2 * Math.sqrt(Math.max(0, goertzel(samples, hz)))) / samples.length : 0;
  }

  async expectTone(hz: number, timeout = 10_000): Promise<void> {
    await expect
      .poll(() => Math.abs(this.hears - hz), { message: `the telephone hears ${hz} Hz`, timeout, intervals: [100] })
      .toBeLessThan(15);
  }

  async close(): Promise<void> {
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    await Promise.race([ended, wait(5000).then(() => this.process.kill("SIGKILL"))]);
    this.control.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private log(): string {
    return readFileSync(join(this.folder, "log"), "utf8").slice(-2000);
  }

  /** One command of baresip's menu, and what it says. */
  private do(command: string, params = ""): Promise<string> {
    const data = JSON.stringify({ command, params, token: "t" });
    return new Promise((done, fail) => {
      this.answered = done;
      setTimeout(() => fail(new Error(`baresip does not answer ${command}`)), 5000).unref();
      this.control.write(`${Buffer.byteLength(data)}:${data},`);
    });
  }

  /** Netstrings: length, colon, JSON, comma. */
  private take(data: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, data]);
    for (;;) {
      const colon = this.buffer.indexOf(":");
      const length = Number(this.buffer.subarray(0, colon).toString());
      if (colon < 0 || this.buffer.length < colon + length + 2) return;
      const message = JSON.parse(this.buffer.subarray(colon + 1, colon + 1 + length).toString());
      if (message.event) this.events.push(message);
      else this.answered(String(message.data ?? ""));
      this.buffer = this.buffer.subarray(colon + length + 2);
    }
  }

  /** The header of a file still being written is not believed. */
  private heard(): Int16Array {
    const files = readdirSync(this.folder).filter((name) => /^dump-.*-dec\.wav$/.test(name));
    const parts = files.sort().map((name) => readFileSync(join(this.folder, name)).subarray(44));
    const octets = Buffer.concat(parts.map((part) => part.subarray(0, part.length - (part.length % 2))));
    return new Int16Array(octets.buffer, octets.byteOffset, octets.length / 2);
  }
}

/** The strongest line of a stretch of sound (its middle second at most), or 0 when there is none. */
function pitch(samples: Int16Array): number {
  const middle = Math.floor(samples.length / 2);
  const part = samples.subarray(Math.max(0, middle - RATE / 2), middle + RATE / 2);
  const rms = Math.sqrt(part.reduce((sum, x) => sum + x * x, 0) / part.length);
  if (part.length < RATE / 8 || rms < 100) return 0;
  let best = { hz: 0, power: 0 };
  for (let hz = 100; hz < 3400; hz += 4) {
    const power = goertzel(part, hz);
    if (power > best.power) best = { hz, power };
  }
  return best.hz;
}

function goertzel(samples: Int16Array, hz: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / RATE);
  let one = 0;
  let two = 0;
  for (const sample of samples) [one, two] = [sample + turn * one - two, one];
  return one * one + two * two - turn * one * two;
}

function toneFile(hz: number, seconds: number): Buffer {
  const file = Buffer.alloc(44 + RATE * seconds * 2);
  file.write("RIFF", 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36);
  file.writeUInt32LE(file.length - 44, 40);
  for (let i = 0; i < RATE * seconds; i++) {
    file.writeInt16LE(Math.round(10_000 * Math.sin((2 * Math.PI * hz * i) / RATE)), 44 + 2 * i);
  }
  return file;
}

function config(folder: string, name: string, base: number): string {
  const settings: Record<string, string | number> = {
    poll_method: "epoll",
    sip_listen: `127.0.0.1:${base}`,
    audio_player: `aubridge,sink_${name}`,
    audio_source: `aufile,${join(folder, "says.wav")}`,
    audio_alert: `aubridge,alert_${name}`,
    ausrc_srate: RATE,
    auplay_srate: RATE,
    ausrc_channels: 1,
    auplay_channels: 1,
    audio_txmode: "poll",
    ausrc_format: "s16",
    auplay_format: "s16",
    snd_path: folder,
    rtp_ports: `${base + 10}-${base + 29}`,
    rtcp_mux: "no",
    jitter_buffer_delay: "5-10",
    net_interface: "127.0.0.1",
    module_path: "/usr/lib/baresip/modules",
    ctrl_tcp_listen: `127.0.0.1:${base + 5}`,
    menu_bell: "no",
  };
  const modules = ["g711", "aufile", "aubridge", "sndfile"].map((module) => `module ${module}.so`);
  const early = ["uuid", "account"].map((module) => `module_tmp ${module}.so`);
  const apps = ["menu", "ctrl_tcp"].map((module) => `module_app ${module}.so`);
  const lines = Object.entries(settings).map(([key, value]) => `${key} ${value}`);
  return [...lines, ...modules, ...early, ...apps, ""].join("\n");
}

async function opened(port: number, folder: string): Promise<Socket> {
  for (let round = 0; round < 100; round++) {
    await wait(100);
    const socket = connect(port, "127.0.0.1");
    const up = await new Promise<boolean>((done) => {
      socket.once("connect", () => done(true)).once("error", () => done(false));
    });
    if (up) return socket;
  }
  throw new Error(`baresip does not open its control port:\n${readFileSync(join(folder, "log"), "utf8")}`);
}

let next = 0;

/** The first of 30 ports that belong to one telephone: below those the kernel gives away, another for each. */
async function freePorts(): Promise<number> {
  for (;;) {
    const base = 28_000 + 40 * ((process.pid + next++) % 100);
    const free = await Promise.all([base, base + 1, base + 5].map(isFree));
    if (free.every(Boolean)) return base;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
