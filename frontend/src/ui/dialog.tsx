// SPDX-License-Identifier: Apache-2.0
import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./button";
import { cx } from "./cx";

export interface DialogProps {
  open: boolean;
  onClose(): void;
  title: string;
  description?: string | undefined;
  children: ReactNode;
  footer?: ReactNode;
  className?: string;
  /** The palette shows its own field instead of a heading. */
  bare?: boolean;
}

export function Dialog({ open, onClose, title, description, children, footer, className, bare = false }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Base.Root open={open} onOpenChange={(on) => !on && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="popup fixed inset-0 z-40 bg-black/35 backdrop-blur-[2px] dark:bg-black/60" />
        <Base.Popup
          className={cx(
            "popup fixed z-40 flex max-h-[min(680px,calc(100dvh-48px))] w-[min(480px,calc(100vw-24px))] flex-col overflow-hidden rounded-2xl border border-line bg-raised shadow-float outline-none",
            "left-1/2 top-[max(24px,12vh)] -translate-x-1/2",
            className,
          )}
        >
          <div className={bare ? "sr-only" : "flex items-start justify-between gap-4 px-5 pt-4 pb-3"}>
            <div>
              <Base.Title className="text-lg font-semibold">{title}</Base.Title>
              {description && <Base.Description className="mt-0.5 text-sm text-ink-3">{description}</Base.Description>}
            </div>
            {!bare && <IconButton icon={X} label={t("common.close")} size="sm" onClick={onClose} className="-mr-1.5" />}
          </div>
          {children}
          {footer && <div className="flex items-center justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
