// SPDX-License-Identifier: Apache-2.0
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Person } from "@/api/types";
import { isTalking } from "@/core/desk";
import { shownNumber } from "@/core/number";
import { useDesk } from "@/core/store";
import type { CallView } from "@/core/wire";
import { PersonFace } from "@/features/people/person-row";
import { usePeople } from "@/features/people/usePeople";
import { dial, faultText, hands } from "@/hooks/useActions";
import { useScene } from "@/hooks/useScene";
import { Empty, PanelHead, Spinner } from "@/ui/bits";
import { cx } from "@/ui/cx";
import { Input } from "@/ui/field";
import { PhoneForwarded, Users } from "@/ui/icons";
import { toast } from "@/ui/toast";

const DRAGGED = "application/x-headcall-call";

/** Everybody with their state. Enter gives them the call in hand, Shift+Enter asks them first; without one it calls. */
export function Directory() {
  const { t } = useTranslation();
  const { call } = useScene();
  const me = useDesk((s) => s.me?.user_id);
  const [q, setQ] = useState("");
  const [at, setAt] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const listId = useId();
  const { people, isPending } = usePeople(q);
  const others = people.filter((p) => p.user_id !== me && p.number);
  const current = Math.min(at, others.length - 1);
  const inHand = call && isTalking(call) && call.can.includes("transfer") ? call : null;
  const hasCall = inHand !== null;

  // Only who walks through the list is followed: what is chosen at first must not move the page.
  const walks = useRef(false);
  useEffect(() => {
    if (walks.current) document.getElementById(`${listId}-${current}`)?.scrollIntoView({ block: "nearest" });
  }, [listId, current]);

  // With somebody on the line the next thing is a name.
  useEffect(() => {
    if (hasCall) field.current?.focus();
  }, [hasCall]);

  const choose = (person: Person | undefined, asksFirst: boolean) => {
    if (!person?.number) return;
    void (inHand ? give(inHand, person, asksFirst, t("transfer.done")) : dial(person.number));
    setQ("");
    setAt(0);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step && others.length > 0) {
      walks.current = true;
      setAt((current + step + others.length) % others.length);
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) choose(others[current], event.shiftKey);
    else return;
    event.preventDefault();
  };
  return (
    <section aria-label={t("people.title")} className="sheet flex min-h-0 flex-col max-lg:min-h-80">
      <PanelHead title={t("people.title")} count={others.length} />
      <div className="flex flex-col gap-1.5 px-4 pb-2">
        <Input
          ref={field}
          type="search"
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={others.length > 0 ? `${listId}-${current}` : undefined}
          value={q}
          onChange={(e) => {
            setQ(e.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
          placeholder={t("people.search")}
          aria-label={t("people.search")}
        />
        <p className="text-xs text-ink-3">{t(hasCall ? "operator.give_hint" : "operator.call_hint")}</p>
        {inHand && <Chip call={inHand} />}
      </div>
      {isPending && (
        <div className="p-4">
          <Spinner label={t("common.loading")} />
        </div>
      )}
      {!isPending && others.length === 0 && <Empty icon={Users} title={t("people.none")} />}
      <div
        id={listId}
        role="listbox"
        aria-label={t("people.title")}
        className="min-h-0 flex-1 overflow-y-auto px-1.5 pb-2"
      >
        {others.map((p, n) => (
          <Row
            key={p.user_id}
            id={`${listId}-${n}`}
            person={p}
            isCurrent={n === current}
            pick={(asksFirst) => choose(p, asksFirst)}
            drop={() => inHand && void give(inHand, p, false, t("transfer.done"))}
          />
        ))}
      </div>
    </section>
  );
}

interface RowProps {
  id: string;
  person: Person;
  isCurrent: boolean;
  pick(asksFirst: boolean): void;
  drop(): void;
}

function Row({ id, person, isCurrent, pick, drop }: RowProps) {
  const [over, setOver] = useState(false);
  return (
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isCurrent}
      onClick={(e) => pick(e.shiftKey)}
      onKeyDown={(e) => e.key === "Enter" && pick(e.shiftKey)}
      onDragOver={(e) => {
        if (!e.dataTransfer.types.includes(DRAGGED)) return;
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        e.preventDefault();
        setOver(false);
        drop();
      }}
      className={cx(
        "flex cursor-default items-center gap-3 rounded-lg px-2.5 py-1.5 hover:bg-hover",
        isCurrent && "bg-accent-wash",
        over && "bg-accent-wash ring-2 ring-accent",
      )}
    >
      <PersonFace person={person} />
    </div>
  );
}

/** The call in hand as a thing that can be carried to a person. */
function Chip({ call }: { call: CallView }) {
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging is for the mouse; Enter in the list does the same.
    <div
      draggable
      onDragStart={(e) => {
        e.dataTransfer.setData(DRAGGED, call.call_id);
        e.dataTransfer.effectAllowed = "move";
      }}
      className="flex cursor-grab items-center gap-2 rounded-lg border border-dashed border-line-2 bg-raised px-2.5 py-1.5 text-sm"
    >
      <PhoneForwarded aria-hidden size={15} className="text-ink-3" />
      <span className="figures min-w-0 flex-1 truncate">{call.peer.name || shownNumber(call.peer.number)}</span>
      <span className="text-xs text-ink-3">{t("operator.drag")}</span>
    </div>
  );
}

async function give(call: CallView, person: Person, asksFirst: boolean, said: string): Promise<void> {
  try {
    const type = asksFirst && call.can.includes("consult") ? "call.consult" : "call.transfer";
    await hands.send({ type, call_id: call.call_id, to: person.number ?? "" });
    if (type === "call.transfer") toast("done", said);
  } catch (error) {
    toast("fault", faultText(error));
  }
}
