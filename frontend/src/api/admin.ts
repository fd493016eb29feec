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
