// SPDX-License-Identifier: Apache-2.0

/** The ways to choose an agent (docs/queues.md), the most asked for first. */
export const STRATEGIES = [
  "longest-idle",
  "levels",
  "round-robin",
  "fewest-calls",
  "least-talk",
  "weighted",
  "linear",
  "skills",
  "random",
  "ring-all",
] as const;
