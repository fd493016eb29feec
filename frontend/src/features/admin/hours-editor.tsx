// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type HoursOut, type HoursRules, hours, type Interval } from "@/api/admin";
import { faultText } from "@/hooks/useActions";
import { languageNow, localeOf } from "@/i18n";
import { Button, IconButton } from "@/ui/button";
import { Input, Labelled } from "@/ui/field";
import { X } from "@/ui/icons";
import { Switch } from "@/ui/switch";
import { toast } from "@/ui/toast";
import { fieldWord } from "./field-word";
import { GuardedDialog } from "./guarded-dialog";
import { PromptChoice } from "./hours-choice";
import { type Difference, differences, isChangedMeanwhile, Meanwhile } from "./meanwhile";

const OFFICE: Interval = { begins: 540, ends: 1080 };

const rulesOf = (h: HoursOut | null, companyZone: string): HoursRules =>
  h
    ? ({
        name: h.name,
        zone: h.zone,
        week: h.week,
        closed: h.closed,
        keeps_holidays: h.keeps_holidays,
      } as HoursRules)
    : {
        name: "",
        zone: companyZone,
        week: [[OFFICE], [OFFICE], [OFFICE], [OFFICE], [OFFICE], [], []],
        closed: { zh: "", en: "", prompt_id: "", overflow: "" },
        keeps_holidays: true,
      };

/** Minutes as a field of time shows them; the day's last minute stands for its end. */
const shown = (m: number) =>
  m === 1440 ? "00:00" : `${String(Math.floor(m / 60)).padStart(2, "0")}:${String(m % 60).padStart(2, "0")}`;
const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

export function HoursEditor({ hours: given, onClose }: { hours: HoursOut | null; onClose(): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [known, setKnown] = useState(given);
  const [changed, setChanged] = useState<Partial<HoursRules>>({});
  const [meanwhile, setMeanwhile] = useState<Difference[]>([]);
  const { data } = useQuery({ queryKey: ["hours"], queryFn: () => hours.every() });
  const companyZone = data?.company_zone ?? "Asia/Shanghai";
  const rules = { ...rulesOf(known, companyZone), ...changed };
  const change = (patch: Partial<HoursRules>) => setChanged((was) => ({ ...was, ...patch }));
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
      onClose();
    } catch (error) {
      toast("fault", faultText(error));
      if (isChangedMeanwhile(error) && known) {
        const now = (await hours.every()).hours.find((h) => h.hours_id === known.hours_id) ?? null;
        if (now) setMeanwhile(differences(rulesOf(known, ""), rulesOf(now, "")));
        setKnown(now);
      }
    } finally {
      await client.invalidateQueries({ queryKey: ["hours"] });
    }
  };
  const save = () => attempt(() => (known ? hours.change(known.hours_id, rules, known.version) : hours.make(rules)));
  return (
    <GuardedDialog
      isChanged={Object.keys(changed).length > 0}
      onClose={onClose}
      title={known?.name ?? t("admin.new_hours")}
      className="w-[min(600px,calc(100vw-24px))]!"
      footer={
        <>
          {known && (
            <Button
              tone="stop-quiet"
              className="mr-auto"
              onClick={() => void attempt(() => hours.remove(known.hours_id))}
            >
              {t("admin.remove")}
            </Button>
          )}
          <Button
            tone="accent"
            disabled={
              !rules.name.trim() || !isZone(rules.zone ?? "") || (known !== null && Object.keys(changed).length === 0)
            }
            onClick={() => void save()}
          >
            {t("admin.save")}
          </Button>
        </>
      }
    >
      <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto px-5 pb-5">
        <Meanwhile changes={meanwhile} word={(name) => fieldWord(t, name)} />
        <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
          <Labelled label={t("admin.name")}>
            {(id) => (
              <Input id={id} value={rules.name} maxLength={100} onChange={(e) => change({ name: e.target.value })} />
            )}
          </Labelled>
          <Zone value={rules.zone ?? ""} company={companyZone} onChange={(zone) => change({ zone })} />
        </div>
        <Week week={rules.week} onChange={(week) => change({ week })} />
        <div className="flex items-center justify-between text-sm">
          <span aria-hidden>{t("field.keeps_holidays")}</span>
          <Switch
            label={t("field.keeps_holidays")}
            checked={rules.keeps_holidays ?? true}
            onChange={(keeps_holidays) => change({ keeps_holidays })}
          />
        </div>
        <WhenClosed closed={rules.closed ?? {}} onChange={(closed) => change({ closed })} />
      </div>
    </GuardedDialog>
  );
}

function isZone(name: string): boolean {
  try {
    return Boolean(name && new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

/** The clock by which this week goes. It is not always the company's, by which reports count. */
function Zone({ value, company, onChange }: { value: string; company: string; onChange(zone: string): void }) {
  const { t } = useTranslation();
  const id = useId();
  const isKnown = isZone(value);
  const now = isKnown
    ? new Date().toLocaleTimeString(localeOf(languageNow()), { timeZone: value, hour: "2-digit", minute: "2-digit" })
    : "";
  return (
    <Labelled label={t("field.zone")}>
      {(field) => (
        <>
          <Input
            id={field}
            list={`${id}z`}
            aria-invalid={!isKnown}
            aria-describedby={`${id}h`}
            className="aria-invalid:border-stop"
            value={value}
            maxLength={60}
            onChange={(e) => onChange(e.target.value.trim())}
          />
          <datalist id={`${id}z`}>
            {Intl.supportedValuesOf("timeZone").map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
          <p id={`${id}h`} className={isKnown ? "text-xs text-ink-3" : "text-xs font-medium text-stop-ink"}>
            {isKnown ? t("admin.zone_now", { time: now }) : t("admin.fault_zone")}{" "}
            {isKnown && (value === company ? t("admin.zone_company") : t("admin.zone_other", { zone: company }))}
          </p>
        </>
      )}
    </Labelled>
  );
}

function Week({ week, onChange }: { week: HoursRules["week"]; onChange(week: HoursRules["week"]): void }) {
  const { t } = useTranslation();
  const set = (day: number, intervals: Interval[]) => onChange(week.map((was, n) => (n === day ? intervals : was)));
  return (
    <ul className="divide-y divide-line border-y border-line">
      {week.map((intervals, day) => (
        <li
          key={day}
          className="grid grid-cols-[1fr_auto] items-center gap-2 py-2 text-sm sm:grid-cols-[6rem_1fr_auto]"
        >
          <span>{t(`weekday.${day}`)}</span>
          <span className="order-last col-span-2 flex flex-wrap gap-2 sm:order-none sm:col-span-1">
            {intervals.length === 0 && <span className="text-ink-3">{t("admin.closed_all_day")}</span>}
            {intervals.map((interval, n) => (
              <span key={n} className="inline-flex items-center gap-1">
                {(["begins", "ends"] as const).map((end) => (
                  <Input
                    key={end}
                    type="time"
                    className="h-8! w-28! px-2!"
                    aria-label={t(`admin.${end}_on`, { day: t(`weekday.${day}`) })}
                    value={shown(interval[end])}
                    onChange={(e) => {
                      if (!e.target.value) return;
                      const m = minutes(e.target.value);
                      const value = end === "ends" && m === 0 ? 1440 : m;
                      set(
                        day,
                        intervals.map((was, i) => (i === n ? { ...was, [end]: value } : was)),
                      );
                    }}
                  />
                ))}
                <IconButton
                  icon={X}
                  size="sm"
                  label={t("admin.remove_of", { name: `${t(`weekday.${day}`)} ${shown(interval.begins)}` })}
                  onClick={() =>
                    set(
                      day,
                      intervals.filter((_, i) => i !== n),
                    )
                  }
                />
              </span>
            ))}
          </span>
          <Button
            size="sm"
            aria-label={t("admin.add_on", { day: t(`weekday.${day}`) })}
            onClick={() => set(day, [...intervals, intervals.length > 0 ? { begins: 1140, ends: 1260 } : OFFICE])}
          >
            {t("admin.add")}
          </Button>
        </li>
      ))}
    </ul>
  );
}

type Closed = NonNullable<HoursRules["closed"]>;

function WhenClosed({ closed, onChange }: { closed: Closed; onChange(closed: Closed): void }) {
  const { t } = useTranslation();
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="pb-1 text-sm font-semibold">{t("admin.when_closed")}</legend>
      <PromptChoice
        kind="announcement"
        label={t("admin.closed_prompt")}
        none={t("admin.closed_spoken")}
        value={closed.prompt_id ?? ""}
        onChange={(prompt_id) => onChange({ ...closed, prompt_id })}
      />
      {!closed.prompt_id &&
        (["zh", "en"] as const).map((language) => (
          <Labelled key={language} label={t(`admin.closed_${language}`)}>
            {(id) => (
              <Input
                id={id}
                value={closed[language] ?? ""}
                maxLength={500}
                onChange={(e) => onChange({ ...closed, [language]: e.target.value })}
              />
            )}
          </Labelled>
        ))}
      <Labelled label={t("admin.closed_overflow")}>
        {(id) => (
          <Input
            id={id}
            value={closed.overflow ?? ""}
            maxLength={64}
            inputMode="tel"
            onChange={(e) => onChange({ ...closed, overflow: e.target.value })}
          />
        )}
      </Labelled>
    </fieldset>
  );
}
