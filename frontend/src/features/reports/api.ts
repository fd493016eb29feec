// SPDX-License-Identifier: Apache-2.0
import { body, client } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Report = Schemas["StatsOut"];
export type ReportRow = Schemas["StatsRow"];
export type Figures = Schemas["Figures"];
export type Definition = Schemas["DefinitionOut"];
export type CodeFigures = Schemas["CodeFigures"];
export type By = Report["by"];
export type Interval = NonNullable<Report["interval"]>;
export const RANGES = ["today", "yesterday", "week", "last_week", "month", "last_month"] as const;
export type Range = (typeof RANGES)[number];

/** What is asked: a named range, or two days of which the second is not included. */
export interface Asked {
  by: By;
  interval: Interval;
  range?: Range;
  since?: string;
  until?: string;
  queue_id?: string[];
}

export type Schedules = Schemas["SchedulesOut"];
export type Schedule = Schemas["ScheduleOut"];
export type ScheduleWish = Required<Schemas["ScheduleIn"]>;

const at = (schedule_id: string) => ({ params: { path: { schedule_id } } });

export const readSchedules = () => body(client.GET("/api/v1/report-schedules"));
export const keepSchedule = (id: string | null, wish: ScheduleWish): Promise<unknown> =>
  id
    ? body(client.PUT("/api/v1/report-schedules/{schedule_id}", { ...at(id), body: wish }))
    : body(client.POST("/api/v1/report-schedules", { body: wish }));
export const dropSchedule = (id: string) => body(client.DELETE("/api/v1/report-schedules/{schedule_id}", at(id)));
export const sendSchedule = (id: string) => body(client.POST("/api/v1/report-schedules/{schedule_id}/send", at(id)));

export const readReport = (query: Asked) => body(client.GET("/api/v1/stats", { params: { query } }));
export const readDefinitions = () => body(client.GET("/api/v1/stats/definitions"));

export function sheetUrl(asked: Asked, language: string, section: "figures" | "codes" = "figures"): string {
  const query = new URLSearchParams({ by: asked.by, interval: asked.interval, language });
  if (section === "codes") query.set("section", section);
  for (const name of ["range", "since", "until"] as const) if (asked[name]) query.set(name, asked[name]);
  for (const id of asked.queue_id ?? []) query.append("queue_id", id);
  return `/api/v1/stats.csv?${query}`;
}
