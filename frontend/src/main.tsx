// SPDX-License-Identifier: Apache-2.0
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { useDesk } from "./core/store";
import { languageNow, speak } from "./i18n";
import "./styles.css";

const FRESH_KEY = "headcall.reloaded";

// The server was upgraded under an open page, and a part we never loaded is gone with the old build. A reload brings the
// new one: at once when idle; a call survives it, but the person, not we, chooses the moment.
addEventListener("vite:preloadError", () => {
  const last = Number(sessionStorage.getItem(FRESH_KEY) ?? 0);
  if (useDesk.getState().calls.length > 0 || Date.now() - last < 60_000) return;
  sessionStorage.setItem(FRESH_KEY, String(Date.now()));
  location.reload();
});

const root = document.getElementById("root");
if (root) {
  await speak(languageNow());
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
