// SPDX-License-Identifier: Apache-2.0
/// <reference types="vitest/config" />
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const backend = process.env.HEADCALL_WEB ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: here,
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": `${here}src` } },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: backend }, "/socket.io": { target: backend, ws: true } },
  },
  build: { outDir: "dist.next", emptyOutDir: true, target: "es2022", sourcemap: false },
  test: { environment: "happy-dom", include: ["test/**/*.test.{ts,tsx}"] },
});
