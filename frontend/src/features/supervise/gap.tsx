// SPDX-License-Identifier: Apache-2.0
/** The rows that are out of view: their height, and nothing else. */
export function Gap({ rows, height }: { rows: number; height: number }) {
  return rows > 0 ? <li aria-hidden style={{ height: rows * height }} /> : null;
}
