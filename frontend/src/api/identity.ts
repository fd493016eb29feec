// SPDX-License-Identifier: Apache-2.0
// The client's part for who proves what: apart, so that the desk does not load it.

import type { Me } from "@/core/wire";
import { body, client } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Challenge = Schemas["ChallengeOut"];
export type Enrolment = Schemas["EnrolmentOut"];
export type SessionEntry = Schemas["SessionOut"];
export type KeyEntry = Schemas["KeyOut"];
export type KeyMade = Schemas["KeyMade"];
export type KeyWanted = Schemas["KeyWanted"];
export type Protected = Schemas["Protected"];

export type Company = Schemas["Company"];

/** A page's address: the browser goes there and comes back signed in, or to `/?login=…`. */
export const COMPANY_LOG_IN = "/api/v1/oidc/start";

export const identity = {
  ways: () => body(client.GET("/api/v1/session/ways")),
  logIn: (login: string, password: string): Promise<Me | Challenge> =>
    body<Me | Challenge>(client.POST("/api/v1/session", { body: { login, password } })),
  withCode: (ticket: string, code: string): Promise<Me | Challenge> =>
    body<Me | Challenge>(client.POST("/api/v1/session/code", { body: { ticket, code } })),
  withNewPassword: (ticket: string, password: string): Promise<Me | Challenge> =>
    body<Me | Challenge>(client.POST("/api/v1/session/password", { body: { ticket, password } })),
  enrolAtLogIn: (ticket: string) => body(client.POST("/api/v1/session/enrol", { body: { ticket } })),
  confirmAtLogIn: (ticket: string, code: string) =>
    body(client.POST("/api/v1/session/confirm", { body: { ticket, code } })),
  secondFactor: () => body(client.GET("/api/v1/me/second-factor")),
  enrol: (password: string) => body(client.POST("/api/v1/me/second-factor/enrol", { body: { password } })),
  confirm: (code: string) => body(client.POST("/api/v1/me/second-factor/confirm", { body: { code } })),
  renewCodes: (password: string, code: string) =>
    body(client.POST("/api/v1/me/second-factor/codes", { body: { password, code } })),
  switchOff: (password: string, code: string) =>
    body(client.POST("/api/v1/me/second-factor/off", { body: { password, code } })),
  changePassword: (old: string, password: string) =>
    body(client.POST("/api/v1/me/password", { body: { old, password } })),
  sessions: () => body(client.GET("/api/v1/me/sessions")),
  endSession: (session_id: string) =>
    body(client.DELETE("/api/v1/me/sessions/{session_id}", { params: { path: { session_id } } })),
  endOtherSessions: () => body(client.POST("/api/v1/me/sessions/end-others")),
  keys: () => body(client.GET("/api/v1/keys")),
  makeKey: (wanted: KeyWanted) => body(client.POST("/api/v1/keys", { body: wanted })),
  revokeKey: (key_id: string) => body(client.DELETE("/api/v1/keys/{key_id}", { params: { path: { key_id } } })),
  policy: () => body(client.GET("/api/v1/identity/policy")),
  changePolicy: (second_factor_roles: string[]) =>
    body(client.PUT("/api/v1/identity/policy", { body: { second_factor_roles } })),
  protected: () => body(client.GET("/api/v1/identity/second-factors")),
  reset: (user_id: string) =>
    body(client.DELETE("/api/v1/identity/second-factors/{user_id}", { params: { path: { user_id } } })),
};
