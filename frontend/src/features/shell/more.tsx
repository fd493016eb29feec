// SPDX-License-Identifier: Apache-2.0
import { useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { hands } from "@/hooks/useActions";
import { Ellipsis } from "@/ui/icons";
import { Menu, MenuItem } from "@/ui/menu";
import { PhoneNews, type Place, THUMB } from "./rail";

/** What does not fit at the thumb. */
export function More({ places }: { places: readonly Place[] }) {
  const { t } = useTranslation();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const isHere = places.some((p) => path.startsWith(p.to));
  const trigger = (
    <button type="button" className={THUMB} {...(isHere ? { "data-status": "active" } : {})}>
      <span className="relative">
        <Ellipsis aria-hidden size={20} />
        {places.some((p) => p.to === "/chats") && <PhoneNews to="/chats" />}
      </span>
      {t("nav.more")}
    </button>
  );
  return (
    <Menu side="top" align="end" trigger={trigger}>
      {places.map(({ to, label, icon }) => (
        <MenuItem key={to} icon={icon} label={t(label)} checked={path.startsWith(to)} onSelect={() => hands.go(to)} />
      ))}
    </Menu>
  );
}
