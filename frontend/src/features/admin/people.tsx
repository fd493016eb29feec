// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { type PeopleRole, type PersonWhole, people } from "@/api/admin";
import { shownNumber } from "@/core/number";
import { Avatar, Badge, Empty, PanelHead, Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import { Users } from "@/ui/icons";
import { Select } from "@/ui/select";
import { PAGE, Pager } from "./pager";
import { PersonEditor } from "./person-editor";
import { PersonMaker } from "./person-maker";
import { Roles } from "./roles";

const ROLES: readonly PeopleRole[] = ["", "owner", "admin", "supervisor", "agent", "employee", "guest"];

export function AdminPeople() {
  const { t } = useTranslation();
  const [q, setQ] = useState("");
  const [role, setRole] = useState<PeopleRole>("");
  const [offset, setOffset] = useState(0);
  const [open, setOpen] = useState<"new" | "roles" | PersonWhole | null>(null);
  const asked = useDeferredValue(q);
  const { data, isPending, isError } = useQuery({
    queryKey: ["admin-people", asked, role, offset],
    queryFn: () => people.page({ q: asked, role, limit: PAGE, offset }),
    placeholderData: keepPreviousData,
  });
  const found = data?.people ?? [];
  return (
    <section aria-label={t("admin.people")} className="sheet flex min-h-0 min-w-0 flex-1 flex-col">
      <PanelHead title={t("admin.people")} count={data?.total}>
        <Button size="sm" onClick={() => setOpen("roles")}>
          {t("admin.roles")}
        </Button>
        <Button size="sm" tone="accent" onClick={() => setOpen("new")}>
          {t("admin.new_person")}
        </Button>
      </PanelHead>
      <div className="flex gap-2 px-4 pb-2">
        <Input
          type="search"
          value={q}
          maxLength={100}
          onChange={(e) => {
            setQ(e.target.value);
            setOffset(0);
          }}
          placeholder={t("admin.search_people")}
          aria-label={t("admin.search_people")}
        />
        <Select
          label={t("admin.role")}
          className="w-36! shrink-0"
          value={role}
          choices={ROLES.map((r) => ({ value: r, label: r ? t(`role.${r}`) : t("admin.every_role") }))}
          onChange={(r) => {
            setRole(r as PeopleRole);
            setOffset(0);
          }}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-3">
        {isPending && <Spinner label={t("common.loading")} />}
        {isError && <Empty icon={Users} title={t("fault.unknown")} />}
        {data && found.length === 0 && <Empty icon={Users} title={t("people.none")} />}
        <ul className="divide-y divide-line">
          {found.map((person) => (
            <Row key={person.user_id} person={person} onEdit={() => setOpen(person)} />
          ))}
        </ul>
      </div>
      <Pager offset={offset} total={data?.total ?? 0} onMove={setOffset} />
      {open === "roles" && <Roles onClose={() => setOpen(null)} />}
      {open === "new" && <PersonMaker onClose={() => setOpen(null)} />}
      {open && typeof open === "object" && (
        <PersonEditor key={open.user_id} person={open} onClose={() => setOpen(null)} />
      )}
    </section>
  );
}

function Row({ person, onEdit }: { person: PersonWhole; onEdit(): void }) {
  const { t } = useTranslation();
  return (
    <li className="flex items-center gap-3 py-2.5">
      <Avatar name={person.name} size={32} />
      <div className="min-w-0 flex-1">
        <p className="text-sm font-medium break-words">
          {person.name} <span className="font-normal text-ink-3">{person.login}</span>
        </p>
        <p className="figures text-xs text-ink-3">
          {[
            person.number && shownNumber(person.number),
            person.agent_number && t("me.agent_number", { number: person.agent_number }),
            person.branch,
          ]
            .filter(Boolean)
            .join(" · ") || t("admin.no_number")}
        </p>
      </div>
      <div className="flex max-w-28 flex-wrap justify-end gap-1 md:max-w-none">
        {!person.is_active && <Badge tone="stop">{t("admin.switched_off")}</Badge>}
        {person.roles.map((role) => (
          <Badge key={role}>{t(`role.${role}`)}</Badge>
        ))}
      </div>
      <Button size="sm" aria-label={t("admin.edit_of", { name: person.name })} onClick={onEdit}>
        {t("admin.edit")}
      </Button>
    </li>
  );
}
