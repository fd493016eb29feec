// SPDX-License-Identifier: Apache-2.0
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { languageNow, speak } from "./i18n";
import "./styles.css";

const root = document.getElementById("root");
if (root) {
  await speak(languageNow());
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
