// SPDX-License-Identifier: Apache-2.0
// The administration's part of the client: apart, so that the desk does not load it.

import { body, client, filled } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type PersonWhole = Schemas["PersonWhole"];
export type PersonIn = Schemas["PersonIn"];
export type PersonPatch = Schemas["PersonPatch"];
export type RoleOut = Schemas["RoleOut"];
export type SeatOut = Schemas["SeatOut"];
export type SeatIn = Schemas["SeatIn"];
export type SeatRules = Schemas["SeatRules"];

export interface PeopleQuery {
  q?: string;
  role?: PeopleRole;
  active?: boolean | undefined;
  limit: number;
  offset: number;
}

export type PeopleRole = "" | "owner" | "admin" | "supervisor" | "agent" | "employee" | "guest";

const one = (user_id: string) => ({ params: { path: { user_id } } });

export const people = {
  page: (query: PeopleQuery) => body(client.GET("/api/v1/people", { params: { query: filled(query) } })),
  roles: () => body(client.GET("/api/v1/roles")),
  whole: (user_id: string) => body(client.GET("/api/v1/people/{user_id}", one(user_id))),
  make: (person: PersonIn) => body(client.POST("/api/v1/people", { body: person })),
  change: (user_id: string, patch: PersonPatch) =>
    body(client.PATCH("/api/v1/people/{user_id}", { ...one(user_id), body: patch })),
  newPassword: (user_id: string) =>
    body(client.POST("/api/v1/people/{user_id}/password", { ...one(user_id), body: { password: null } })),
  seat: (user_id: string) => body(client.GET("/api/v1/people/{user_id}/seat", one(user_id))),
  putSeat: (user_id: string, seat: SeatIn) =>
    body(client.PUT("/api/v1/people/{user_id}/seat", { ...one(user_id), body: seat })),
  removeSeat: (user_id: string) => body(client.DELETE("/api/v1/people/{user_id}/seat", one(user_id))),
};

export const skills = {
  every: () => body(client.GET("/api/v1/skills")),
};

// ---------------------------------------------------------------- numbers

export type NumberOut = Schemas["NumberOut"];
export type AssignmentIn = Schemas["AssignmentIn"];
export type BlockIn = Schemas["BlockIn"];
export type RangeIn = Schemas["RangeIn"];
export type ImportOut = Schemas["ImportOut"];
export type NumberUse = "" | "free" | "used" | "user" | "queue" | "number" | "switchboard";

export interface NumbersQuery {
  q?: string;
  use?: NumberUse;
  branch?: string;
  limit: number;
  offset: number;
}

export const numbers = {
  page: (query: NumbersQuery) => body(client.GET("/api/v1/numbers", { params: { query: filled(query) } })),
  assign: (number: string, wish: AssignmentIn) =>
    body(client.PUT("/api/v1/numbers/{number}", { params: { path: { number } }, body: wish })),
  blocks: () => body(client.GET("/api/v1/number-blocks")),
  addBlock: (block: BlockIn) => body(client.POST("/api/v1/number-blocks", { body: block })),
  removeBlock: (block_id: string) =>
    body(client.DELETE("/api/v1/number-blocks/{block_id}", { params: { path: { block_id } } })),
  setRange: (range: RangeIn) => body(client.POST("/api/v1/number-ranges", { body: range })),
  fileUrl: "/api/v1/numbers.csv",
  take: (file: Blob, dry: boolean) =>
    body(
      client.POST("/api/v1/numbers.csv", {
        params: { query: { dry } },
        body: file as never,
        bodySerializer: (octets: unknown) => octets as BodyInit,
        headers: { "content-type": "text/csv" },
      }),
    ),
};

// ---------------------------------------------------------------- hours and holidays

export type HoursOut = Schemas["HoursOut"];
export type HoursRules = Schemas["HoursRules"];
export type Interval = Schemas["IntervalRule"];
export type Holiday = Schemas["HolidayRule"];

const csv = (file: Blob) => ({
  body: file as never,
  bodySerializer: (octets: unknown) => octets as BodyInit,
  headers: { "content-type": "text/csv" },
});

export const hours = {
  every: () => body(client.GET("/api/v1/hours")),
  make: (rules: HoursRules) => body(client.POST("/api/v1/hours", { body: rules })),
  change: (hours_id: string, rules: HoursRules, version: string) =>
    body(client.PUT("/api/v1/hours/{hours_id}", { params: { path: { hours_id } }, body: { ...rules, version } })),
  remove: (hours_id: string) => body(client.DELETE("/api/v1/hours/{hours_id}", { params: { path: { hours_id } } })),
  toggle: (hours_id: string, to_open: boolean | null, until: string | null) =>
    body(client.PUT("/api/v1/hours/{hours_id}/switch", { params: { path: { hours_id } }, body: { to_open, until } })),
  holidays: () => body(client.GET("/api/v1/holidays")),
  putHoliday: ({ day, name, works_like }: Holiday) =>
    body(
      client.PUT("/api/v1/holidays/{day}", {
        params: { path: { day } },
        body: { name, works_like: works_like ?? null },
      }),
    ),
  removeHoliday: (day: string) => body(client.DELETE("/api/v1/holidays/{day}", { params: { path: { day } } })),
  take: (file: Blob, dry: boolean) =>
    body(client.POST("/api/v1/holidays.csv", { params: { query: { dry } }, ...csv(file) })),
};

// ---------------------------------------------------------------- prompts

export type PromptOut = Schemas["PromptOut"];
export type PromptVersion = Schemas["PromptVersion"];
export type PromptKind = PromptOut["kind"];
export type PromptLanguage = PromptVersion["language"];

const prompt = (prompt_id: string) => ({ path: { prompt_id } });

export const prompts = {
  every: () => body(client.GET("/api/v1/prompts")),
  make: (name: string, kind: PromptKind) => body(client.POST("/api/v1/prompts", { body: { name, kind } })),
  rename: (prompt_id: string, name: string) =>
    body(client.PATCH("/api/v1/prompts/{prompt_id}", { params: prompt(prompt_id), body: { name } })),
  remove: (prompt_id: string) => body(client.DELETE("/api/v1/prompts/{prompt_id}", { params: prompt(prompt_id) })),
  speak: (prompt_id: string, language: PromptLanguage, text: string) =>
    body(client.POST("/api/v1/prompts/{prompt_id}/speech", { params: prompt(prompt_id), body: { language, text } })),
  take: (prompt_id: string, language: PromptLanguage, made: "upload" | "recording", sound: Blob, name: string) =>
    body(
      client.POST("/api/v1/prompts/{prompt_id}/sound", {
        params: { ...prompt(prompt_id), query: { language, made, name } },
        body: sound as never,
        bodySerializer: (octets: unknown) => octets as BodyInit,
        headers: { "content-type": "application/octet-stream" },
      }),
    ),
  choose: (version_id: string) =>
    body(client.PUT("/api/v1/prompt-versions/{version_id}/current", { params: { path: { version_id } } })),
  audioUrl: (versionId: string) => `/api/v1/prompt-versions/${encodeURIComponent(versionId)}/audio`,
};
