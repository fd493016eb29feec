// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type PromptKind, type PromptOut, type PromptVersion, prompts } from "@/api/admin";
import { duration } from "@/core/time";
import { languageNow, localeOf } from "@/i18n";
import { Badge, Empty, PanelHead, Spinner } from "@/ui/bits";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Input, Labelled } from "@/ui/field";
import { AudioLines } from "@/ui/icons";
import { Segments } from "@/ui/segments";
import { NameDialog } from "./name-dialog";
import { PromptSound } from "./prompt-sound";
import { useChange } from "./use-change";

export function AdminPrompts() {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"new" | string | null>(null);
  const { data, isPending, isError } = useQuery({ queryKey: ["prompts"], queryFn: () => prompts.every() });
  const opened = data?.prompts.find((p) => p.prompt_id === open);
  return (
    <section aria-label={t("admin.prompts")} className="sheet flex min-h-0 min-w-0 flex-1 flex-col">
      <PanelHead title={t("admin.prompts")} count={data?.prompts.length}>
        <Button size="sm" tone="accent" onClick={() => setOpen("new")}>
          {t("admin.new_prompt")}
        </Button>
      </PanelHead>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-3">
        {isPending && <Spinner label={t("common.loading")} />}
        {isError && <Empty icon={AudioLines} title={t("fault.unknown")} />}
        {data?.prompts.length === 0 && (
          <Empty icon={AudioLines} title={t("admin.no_prompts")} text={t("admin.no_prompts_text")} />
        )}
        <ul className="divide-y divide-line">
          {(data?.prompts ?? []).map((p) => (
            <Row key={p.prompt_id} prompt={p} onEdit={() => setOpen(p.prompt_id)} />
          ))}
        </ul>
      </div>
      {open === "new" && <Make onMade={setOpen} onClose={() => setOpen(null)} />}
      {opened && <Editor key={opened.prompt_id} prompt={opened} onClose={() => setOpen(null)} />}
    </section>
  );
}

function Row({ prompt: p, onEdit }: { prompt: PromptOut; onEdit(): void }) {
  const { t } = useTranslation();
  const heard = p.versions.filter((v) => v.is_current);
  return (
    <li className="flex flex-wrap items-center gap-3 py-3">
      <div className="min-w-40 flex-1">
        <p className="text-sm font-medium break-words">{p.name}</p>
        <p className="mt-0.5 flex flex-wrap gap-1">
          <Badge>{t(`admin.kind_${p.kind}`)}</Badge>
          {heard.map((v) => (
            <Badge key={v.version_id} tone="go">
              {t(`admin.language_${v.language}`)} {duration(v.length_ms / 1000)}
            </Badge>
          ))}
          {heard.length === 0 && <Badge tone="warn">{t("admin.no_sound")}</Badge>}
        </p>
      </div>
      {heard.slice(0, 1).map((v) => (
        // biome-ignore lint/a11y/useMediaCaption: the text of what is spoken stands in the list of versions
        <audio
          key={v.version_id}
          controls
          preload="none"
          className="h-9 w-56"
          aria-label={p.name}
          src={prompts.audioUrl(v.version_id)}
        />
      ))}
      <Button size="sm" aria-label={t("admin.edit_of", { name: p.name })} onClick={onEdit}>
        {t("admin.edit")}
      </Button>
    </li>
  );
}

function Make({ onMade, onClose }: { onMade(id: string): void; onClose(): void }) {
  const { t } = useTranslation();
  const change = useChange("prompts");
  const [kind, setKind] = useState<PromptKind>("announcement");
  const make = async (name: string) => {
    let id = "";
    if (await change(async () => (id = (await prompts.make(name, kind)).prompt_id))) onMade(id);
  };
  return (
    <NameDialog title={t("admin.new_prompt")} onClose={onClose} make={make}>
      <Segments
        label={t("admin.kind")}
        value={kind}
        choices={["announcement", "music"].map((k) => ({ value: k, label: t(`admin.kind_${k}`) }))}
        onChange={(k) => setKind(k as PromptKind)}
      />
    </NameDialog>
  );
}

function Editor({ prompt: p, onClose }: { prompt: PromptOut; onClose(): void }) {
  const { t } = useTranslation();
  const change = useChange("prompts");
  const [name, setName] = useState(p.name);
  const remove = async () => {
    if (await change(() => prompts.remove(p.prompt_id))) onClose();
  };
  const save = async () => {
    if (await change(() => prompts.rename(p.prompt_id, name))) onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={p.name}
      className="w-[min(600px,calc(100vw-24px))]!"
      footer={
        <>
          <Button tone="stop-quiet" className="mr-auto" onClick={() => void remove()}>
            {t("admin.remove")}
          </Button>
          <Button tone="accent" disabled={!name.trim() || name === p.name} onClick={() => void save()}>
            {t("admin.save")}
          </Button>
        </>
      }
    >
      <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-5 pb-5">
        <Labelled label={t("admin.name")}>
          {(id) => <Input id={id} value={name} maxLength={100} onChange={(e) => setName(e.target.value)} />}
        </Labelled>
        <PromptSound promptId={p.prompt_id} />
        <section aria-label={t("admin.versions")}>
          <h3 className="text-sm font-semibold">{t("admin.versions")}</h3>
          {p.versions.length === 0 && <p className="py-2 text-sm text-ink-3">{t("admin.no_sound")}</p>}
          <ul className="divide-y divide-line">
            {p.versions.map((v) => (
              <Version key={v.version_id} version={v} />
            ))}
          </ul>
        </section>
      </div>
    </Dialog>
  );
}

function Version({ version: v }: { version: PromptVersion }) {
  const { t } = useTranslation();
  const change = useChange("prompts");
  const at = new Date(v.at).toLocaleString(localeOf(languageNow()));
  return (
    <li className="flex flex-wrap items-center gap-2 py-2 text-xs">
      <div className="min-w-40 flex-1">
        <p className="flex flex-wrap items-center gap-1.5">
          <Badge>{t(`admin.language_${v.language}`)}</Badge>
          <span>{t(`admin.made_${v.made}`)}</span>
          <span className="figures text-ink-3">{duration(v.length_ms / 1000)}</span>
        </p>
        <p className="mt-0.5 break-words text-ink-2">{v.text}</p>
        <p className="text-ink-3">
          {v.by} · {at}
        </p>
      </div>
      {/* biome-ignore lint/a11y/useMediaCaption: the text stands beside it */}
      <audio
        controls
        preload="none"
        className="h-9 w-52"
        aria-label={`${t(`admin.made_${v.made}`)} ${at}`}
        src={prompts.audioUrl(v.version_id)}
      />
      {v.is_current ? (
        <Badge tone="go">{t("admin.is_heard")}</Badge>
      ) : (
        <Button size="sm" onClick={() => void change(() => prompts.choose(v.version_id))}>
          {t("admin.hear_again")}
        </Button>
      )}
    </li>
  );
}
