// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Labelled } from "@/ui/field";

export interface NameDialogProps {
  title: string;
  onClose(): void;
  /** Makes the thing of this name; what it throws is the caller's to show. */
  make(name: string): Promise<unknown>;
  children?: ReactNode;
}

/** A new thing needs a name first, and often nothing else. */
export function NameDialog({ title, onClose, make, children }: NameDialogProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const name = text.trim();
  const go = () => name && void make(name);
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={
        <Button tone="accent" disabled={!name} onClick={go}>
          {t("admin.create")}
        </Button>
      }
    >
      <form
        className="flex flex-col gap-3 px-5 pb-5"
        onSubmit={(e) => {
          e.preventDefault();
          go();
        }}
      >
        <Labelled label={t("admin.name")}>
          {(id) => <Input id={id} value={text} maxLength={100} onChange={(e) => setText(e.target.value)} />}
        </Labelled>
        {children}
      </form>
    </Dialog>
  );
}
