// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type PromptLanguage, prompts } from "@/api/admin";
import { duration } from "@/core/time";
import { useNow } from "@/hooks/useNow";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import { Mic } from "@/ui/icons";
import { Segments } from "@/ui/segments";
import { toast } from "@/ui/toast";
import { useChange } from "./use-change";

const LONGEST_MS = 60_000;

/** A new sound: a file, the microphone, or the house's voice. Callers hear it at once. */
export function PromptSound({ promptId }: { promptId: string }) {
  const { t } = useTranslation();
  const change = useChange("prompts");
  const [language, setLanguage] = useState<PromptLanguage>("zh");
  const [text, setText] = useState("");
  const take = (sound: Blob, made: "upload" | "recording", name: string) =>
    change(() => prompts.take(promptId, language, made, sound, name));
  const speak = async () => {
    if (await change(() => prompts.speak(promptId, language, text))) setText("");
  };
  return (
    <fieldset className="flex flex-col gap-3 rounded-xl bg-sunken p-3">
      <legend className="float-left text-sm font-semibold">{t("admin.new_sound")}</legend>
      <div className="clear-both">
        <Segments
          label={t("field.language")}
          value={language}
          choices={["zh", "en"].map((l) => ({ value: l, label: t(`admin.language_${l}`) }))}
          onChange={(l) => setLanguage(l as PromptLanguage)}
        />
      </div>
      <input
        type="file"
        aria-label={t("admin.upload")}
        accept="audio/*,.wav,.ogg,.mp3,.webm,.m4a"
        className="w-full text-sm"
        onChange={(e) => {
          const file = e.target.files?.[0];
          e.target.value = "";
          if (file) void take(file, "upload", file.name.slice(0, 200));
        }}
      />
      <Recorder onRecorded={(sound) => void take(sound, "recording", "")} />
      <form
        className="flex gap-2"
        onSubmit={(e) => {
          e.preventDefault();
          if (text.trim()) void speak();
        }}
      >
        <Input
          aria-label={t("admin.speak_text")}
          placeholder={t("admin.speak_text")}
          value={text}
          maxLength={1000}
          onChange={(e) => setText(e.target.value)}
        />
        <Button type="submit" disabled={!text.trim()}>
          {t("admin.speak")}
        </Button>
      </form>
    </fieldset>
  );
}

/** The page's own microphone, for a minute at most. */
function Recorder({ onRecorded }: { onRecorded(sound: Blob): void }) {
  const { t } = useTranslation();
  const recorder = useRef<MediaRecorder | null>(null);
  const [since, setSince] = useState<number | null>(null);
  const now = useNow();
  useEffect(
    () => () => {
      for (const track of recorder.current?.stream.getTracks() ?? []) track.stop();
    },
    [],
  );

  const begin = async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const made = new MediaRecorder(stream, { audioBitsPerSecond: 64_000 });
      const pieces: Blob[] = [];
      made.ondataavailable = (e) => pieces.push(e.data);
      made.onstop = () => {
        for (const track of stream.getTracks()) track.stop();
        setSince(null);
        if (pieces.length > 0) onRecorded(new Blob(pieces, { type: made.mimeType }));
      };
      made.start();
      recorder.current = made;
      setSince(Date.now());
    } catch {
      toast("fault", t("admin.no_microphone"));
    }
  };
  const lasts = since === null ? 0 : Math.max(0, now - since);
  useEffect(() => {
    if (lasts >= LONGEST_MS && recorder.current?.state === "recording") recorder.current.stop();
  }, [lasts]);

  if (since === null)
    return (
      <Button icon={Mic} className="self-start" onClick={() => void begin()}>
        {t("admin.record")}
      </Button>
    );
  return (
    <Button tone="stop" icon={Mic} className="self-start" onClick={() => recorder.current?.stop()}>
      {t("admin.stop_recording")} {duration(lasts / 1000)}
    </Button>
  );
}
