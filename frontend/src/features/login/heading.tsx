// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from "react";

/** What every step of the log-in begins with. */
export function Heading({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <>
      <h1 id={id} className="text-2xl font-semibold">
        {title}
      </h1>
      <p className="mt-1.5 mb-6 text-base text-ink-3">{children}</p>
    </>
  );
}

export function Alert({ text }: { text: string }) {
  return (
    <p role="alert" className="min-h-5 text-sm text-stop-ink">
      {text}
    </p>
  );
}
