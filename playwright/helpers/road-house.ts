// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HOUSE } from "./road";
import { startWith } from "./system";

/** The system at one address of its own, which stays while the ways to it come and go. */
export default function start(): Promise<() => Promise<void>> {
  execFileSync("ip", ["address", "replace", `${HOUSE}/32`, "dev", "lo"]);
  const config = join(mkdtempSync(join(tmpdir(), "headcall-road-")), "config.toml");
  writeFileSync(config, `[site]\naddresses = ["${HOUSE}"]\n`);
  return startWith("--lan", "--config", config);
}
