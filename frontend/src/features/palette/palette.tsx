// SPDX-License-Identifier: Apache-2.0
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ACTIONS, keysOf } from "@/actions/registry";
import type { Person } from "@/api/types";
import { dialled, looksDiallable, shownNumber } from "@/core/number";
import { useSettings } from "@/core/settings";
import { useUi } from "@/core/ui";
import { PRESENCE, usePeople } from "@/features/people/usePeople";
import { dial, perform } from "@/hooks/useActions";
import { useScene } from "@/hooks/useScene";
import { Avatar } from "@/ui/bits";
import { cx } from "@/ui/cx";
import { Dialog } from "@/ui/dialog";
import { type LucideIcon, Phone, Search } from "@/ui/icons";
import { Keys } from "@/ui/keys";

interface Entry {
  id: string;
  label: string;
  hint?: string;
  icon?: LucideIcon;
  person?: Person;
  keys?: string | undefined;
  run(): void;
}

export function Palette() {
  const open = useUi((s) => s.palette);
  return open ? <Open /> : null;
}

const close = () => useUi.setState({ palette: false });

function Open() {
  const { t } = useTranslation();
  const [q, setQ] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const entries = useEntries(q);
  const chosen = Math.min(at, entries.length - 1);
  const pick = (entry: Entry | undefined) => {
    if (!entry) return;
    close();
    entry.run();
  };
  const onKey = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      e.preventDefault();
      const to = (chosen + step + entries.length) % Math.max(1, entries.length);
      setAt(to);
      list.current?.children[to]?.scrollIntoView({ block: "nearest" });
    } else if (e.key === "Enter") {
      e.preventDefault();
      pick(entries[chosen]);
    }
  };
  return (
    <Dialog open onClose={close} title={t("action.palette")} bare className="w-[min(560px,calc(100vw-24px))]!">
      <div className="flex h-12 items-center gap-3 border-b border-line px-4">
        <Search aria-hidden size={16} className="text-ink-3" />
        <input
          // The palette is opened to type
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={entries[chosen] ? `${id}-${chosen}` : undefined}
          aria-label={t("palette.hint")}
          placeholder={t("palette.hint")}
          value={q}
          onChange={(e) => {
            setQ(e.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
          className="flex-1 bg-transparent text-base outline-none placeholder:text-ink-3"
        />
      </div>
      <div
        id={id}
        ref={list}
        role="listbox"
        aria-label={t("palette.results")}
        className="max-h-96 overflow-y-auto p-1.5"
      >
        {entries.map((e, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard is read by the field
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and points here
          <div
            key={e.id}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === chosen}
            onPointerMove={() => setAt(i)}
            onClick={() => pick(e)}
            className={cx(
              "flex h-10 cursor-pointer items-center gap-3 rounded-lg px-2.5 text-sm",
              i === chosen && "bg-accent-wash",
            )}
          >
            {e.person ? (
              <Avatar name={e.person.name} size={24} dot={PRESENCE[e.person.state] ?? "off"} />
            ) : (
              e.icon && <e.icon aria-hidden size={16} className="mx-1 text-ink-3" />
            )}
            <span className="flex-1 truncate">{e.label}</span>
            {e.hint && <span className="figures text-xs text-ink-3">{e.hint}</span>}
            {e.keys && <Keys value={e.keys} />}
          </div>
        ))}
        {entries.length === 0 && <p className="px-3 py-8 text-center text-sm text-ink-3">{t("palette.none")}</p>}
      </div>
    </Dialog>
  );
}

/** What fits the words typed: a number to dial, people, actions. */
function useEntries(q: string): Entry[] {
  const { t } = useTranslation();
  const scene = useScene();
  const own = useSettings((s) => s.keys);
  const { people } = usePeople(q);
  const words = q.trim().toLowerCase();
  const entries: Entry[] = [];
  const mayDial = scene.mine && scene.call === null;
  if (mayDial && looksDiallable(q)) {
    entries.push({
      id: "dial",
      label: t("palette.dial", { number: shownNumber(q) }),
      icon: Phone,
      run: () => void dial(dialled(q)),
    });
  }
  if (words && mayDial) {
    for (const person of people.slice(0, 6)) {
      const { number } = person;
      if (number && person.user_id !== scene.desk.me?.user_id)
        entries.push({
          id: person.user_id,
          label: t("people.call", { name: person.name }),
          hint: shownNumber(number),
          person,
          run: () => void dial(number),
        });
    }
  }
  for (const a of ACTIONS) {
    const label = t(a.label(scene));
    if (a.id === "page.palette" || !a.available(scene) || !label.toLowerCase().includes(words)) continue;
    entries.push({ id: a.id, label, icon: a.icon, keys: keysOf(a, own), run: () => void perform(a) });
  }
  return entries;
}
