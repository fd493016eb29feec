// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type PersonPatch, type PersonWhole, people, type SeatRules } from "@/api/admin";
import { faultText } from "@/hooks/useActions";
import { Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";
import { fieldWord } from "./field-word";
import { GuardedDialog } from "./guarded-dialog";
import { InitialPassword } from "./initial-password";
import { type Difference, differences, isChangedMeanwhile, Meanwhile } from "./meanwhile";
import { PersonFields, type PersonForm } from "./person-fields";
import { SeatFields } from "./seat-fields";

const formOf = (p: PersonWhole): PersonForm => ({
  login: p.login,
  name: p.name,
  language: p.language,
  number: p.number ?? "",
  branch: p.branch,
  roles: p.roles,
});

export function PersonEditor({ person, onClose }: { person: PersonWhole; onClose(): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [known, setKnown] = useState(person);
  const [changed, setChanged] = useState<Partial<PersonForm>>({});
  const [seat, setSeat] = useState<SeatRules | null | undefined>(undefined);
  const [meanwhile, setMeanwhile] = useState<Difference[]>([]);
  const [password, setPassword] = useState<string | null>(null);
  const { user_id } = person;
  const seatQuery = useQuery({
    queryKey: ["seat", user_id],
    queryFn: () => people.seat(user_id),
    staleTime: 0,
    gcTime: 0,
  });
  const form = { ...formOf(known), ...changed };

  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
      await client.invalidateQueries({ queryKey: ["admin-people"] });
      return true;
    } catch (error) {
      toast("fault", faultText(error));
      if (isChangedMeanwhile(error)) await readAgain();
      return false;
    }
  };
  const readAgain = async () => {
    const [now, seatNow] = [await people.whole(user_id), await people.seat(user_id)];
    setMeanwhile([...differences(known, now), ...differences(seatQuery.data?.seat ?? {}, seatNow.seat ?? {})]);
    setKnown(now);
    client.setQueryData(["seat", user_id], seatNow);
  };
  const change = async (patch: PersonPatch) => {
    setKnown(await people.change(user_id, { ...patch, version: known.version }));
  };
  const save = async () => {
    const isDone = await attempt(async () => {
      if (Object.keys(changed).length > 0) {
        const { number, roles, ...rest } = changed;
        await change({
          ...rest,
          ...(number === undefined ? {} : { number: number.trim() || null }),
          ...(roles ? { roles: roles as NonNullable<PersonPatch["roles"]> } : {}),
        });
        setChanged({});
      }
      const version = seatQuery.data?.version ?? "";
      if (seat) await people.putSeat(user_id, { ...seat, version });
      if (seat === null && seatQuery.data?.seat) await people.removeSeat(user_id);
    });
    if (isDone) onClose();
  };
  const newPassword = () =>
    attempt(async () => setPassword((await people.newPassword(user_id)).initial_password ?? null));

  if (password) return <InitialPassword login={known.login} password={password} onClose={onClose} />;
  const isChanged = Object.keys(changed).length > 0 || seat !== undefined;
  return (
    <GuardedDialog
      isChanged={isChanged}
      onClose={onClose}
      title={known.name}
      className="w-[min(600px,calc(100vw-24px))]!"
      footer={
        <>
          <div className="mr-auto flex flex-wrap gap-2">
            <Button onClick={() => void newPassword()}>{t("admin.new_password")}</Button>
            <Button
              tone={known.is_active ? "stop-quiet" : "plain"}
              onClick={() => void attempt(() => change({ is_active: !known.is_active }))}
            >
              {t(known.is_active ? "admin.switch_off" : "admin.switch_on")}
            </Button>
          </div>
          <Button
            tone="accent"
            disabled={!isChanged || !form.name.trim() || !form.login.trim() || form.roles.length === 0}
            onClick={() => void save()}
          >
            {t("admin.save")}
          </Button>
        </>
      }
    >
      <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-4">
        <Meanwhile changes={meanwhile} word={(name) => fieldWord(t, name)} />
        <PersonFields form={form} onChange={(patch) => setChanged((was) => ({ ...was, ...patch }))} />
        {seatQuery.data ? (
          <SeatFields
            key={seatQuery.data.version}
            seat={seat === undefined ? seatQuery.data.seat : seat}
            freeNumber={seatQuery.data.free_number}
            onChange={setSeat}
          />
        ) : (
          <Spinner label={t("common.loading")} />
        )}
      </div>
    </GuardedDialog>
  );
}
