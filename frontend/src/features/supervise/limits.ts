// SPDX-License-Identifier: Apache-2.0
// The limits of this supervisor, on this machine: nothing of them is secret, and each team has its own.

import { create } from "zustand";
import { persist } from "zustand/middleware";
import { LIMITS, type Limits } from "./view";

export const useLimits = create<Limits>()(persist((): Limits => LIMITS, { name: "headcall.limits", version: 1 }));
