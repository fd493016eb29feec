// SPDX-License-Identifier: Apache-2.0
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Dialog, type DialogProps } from "@/ui/dialog";

export interface GuardedDialogProps extends Omit<DialogProps, "open"> {
  /** Something would be lost by closing. */
  isChanged: boolean;
}

/** A dialog that asks before what was written in it is lost: by Escape, by a click beside it, by going back. */
export function GuardedDialog({ isChanged, onClose, footer, ...rest }: GuardedDialogProps) {
  const [asks, setAsks] = useState(false);
  const leaving = useBlocker({
    shouldBlockFn: () => isChanged,
    enableBeforeUnload: () => isChanged,
    withResolver: true,
  });
  const isLeaving = leaving.status === "blocked";
  const stay = () => {
    setAsks(false);
    leaving.reset?.();
  };
  const go = () => (leaving.proceed ? leaving.proceed() : onClose());
  const close = () => {
    if (!isChanged) onClose();
    else if (asks || isLeaving)
      stay(); // a second Escape answers the question as its first button does
    else setAsks(true);
  };
  const isAsking = isChanged && (asks || isLeaving);
  return <Dialog {...rest} open onClose={close} footer={isAsking ? <Unsaved onStay={stay} onGo={go} /> : footer} />;
}

function Unsaved({ onStay, onGo }: { onStay(): void; onGo(): void }) {
  const { t } = useTranslation();
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <>
      <p role="alert" className="mr-auto text-sm font-medium">
        {t("admin.unsaved")}
      </p>
      {/* Where "save" was a moment ago nothing is lost by a click. */}
      <Button tone="stop-quiet" onClick={onGo}>
        {t("admin.discard")}
      </Button>
      <Button ref={first} onClick={onStay}>
        {t("admin.keep_editing")}
      </Button>
    </>
  );
}
