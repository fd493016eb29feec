// SPDX-License-Identifier: Apache-2.0
/// <reference types="vitest/config" />
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const backend = process.env.HEADCALL_WEB ?? "http://127.0.0.1:8080";

/** All modules that the entry needs before it can show anything: what is imported, not what is loaded when wanted. */
const first = new Set<string>();

const firstLoad: Plugin = {
  name: "first-load",
  buildEnd() {
    first.clear();
    for (const id of this.getModuleIds()) if (this.getModuleInfo(id)?.isEntry) first.add(id);
    // A Set goes on to what is added while one walks it.
    for (const id of first) for (const next of this.getModuleInfo(id)?.importedIds ?? []) first.add(next);
  },
};

export default defineConfig({
  root: here,
  plugins: [react(), tailwindcss(), firstLoad],
  resolve: { alias: { "@": `${here}src` } },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: backend }, "/socket.io": { target: backend, ws: true } },
  },
  build: {
    outDir: "dist.next",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    // Left alone, each module that a later page shares with the first becomes a file, and a telephone asks for sixty.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "libraries", test: (id) => first.has(id) && id.includes("node_modules") },
            { name: "first", test: (id) => first.has(id) },
          ],
        },
      },
    },
  },
  test: { environment: "happy-dom", include: ["test/**/*.test.{ts,tsx}"] },
});
