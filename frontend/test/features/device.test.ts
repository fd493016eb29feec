// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { deviceName } from "@/features/settings/device";

const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";

describe("where one is logged in", () => {
  test.each([
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/156.0.0.0 Safari/537.36`, "Chrome · Windows"],
    [`Mozilla/5.0 (Windows NT 10.0) ${WEBKIT} Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0`, "Edge · Windows"],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", "Firefox · Linux"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1", "Safari · iOS"],
    ["Mozilla/5.0 (Linux; Android 16) Chrome/156.0 Mobile Safari/537.36 MicroMessenger/8.0", "WeChat · Android"],
    ["python-httpx/0.28.1", "python-httpx/0.28.1"],
    ["<script>alert(1)</script>".repeat(20), "<script>alert(1)</script><script>alert(1"],
    ["", ""],
  ])("%s", (agent, name) => {
    expect(deviceName(agent)).toBe(name);
  });
});
