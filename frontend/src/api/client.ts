// SPDX-License-Identifier: Apache-2.0
import createClient, { type Middleware } from "openapi-fetch";
import type { Me } from "@/core/wire";
import type { paths } from "./schema";
import type { Fault, QueueChange, ReplayWish, ReplyText, SimulatedOrder } from "./types";

/** What the server refused, in the words of its catalogue of causes. */
export class ApiError extends Error {
  readonly status: number;
  readonly fault: Fault;
  constructor(status: number, fault: Fault) {
    super(fault.cause);
    this.status = status;
    this.fault = fault;
  }
}

const guard: Middleware = {
  onRequest({ request }) {
    // The server changes nothing without it: another site's page cannot set it.
    if (request.method !== "GET") request.headers.set("X-HeadCall", "1");
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw new ApiError(response.status, await faultOf(response));
  },
  onError({ error }) {
    return error instanceof ApiError ? error : new ApiError(0, { cause: "not-connected" });
  },
};

async function faultOf(response: Response): Promise<Fault> {
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null && "error" in body) return (body as { error: Fault }).error;
  } catch {
    // A proxy's own page, not ours.
  }
  return { cause: `http-${response.status}` };
}

export const client = createClient<paths>({ baseUrl: location.origin, credentials: "same-origin" });
client.use(guard);

/** The body of a good answer; a bad one has thrown already. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

export interface CallsQuery {
  limit?: number;
  before?: string | undefined;
  scope?: "mine" | "all";
  q?: string;
}

export interface AuditQuery {
  person?: string;
  action?: string;
  object_id?: string;
  since?: string | undefined;
  until?: string | undefined;
  before?: string | undefined;
  limit?: number;
}

export interface ChatsQuery {
  scope?: "mine" | "all" | "live";
  q?: string;
  before_ms?: number | undefined;
}

export const filled = <T extends object>(query: T): { [K in keyof T]-?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(query).filter(([, v]) => v !== undefined && v !== "")) as never;

export const api = {
  logIn: (login: string, password: string) => body(client.POST("/api/v1/session", { body: { login, password } })),
  session: () => body(client.GET("/api/v1/session")),
  logOut: () => body(client.DELETE("/api/v1/session")),
  change: (patch: Partial<Pick<Me, "language" | "answer_on">>) => body(client.PATCH("/api/v1/me", { body: patch })),
  directory: (q: string) => body(client.GET("/api/v1/directory", { params: { query: filled({ q }) } })),
  calls: (query: CallsQuery) => body(client.GET("/api/v1/calls", { params: { query: filled(query) } })),
  call: (call_id: string) => body(client.GET("/api/v1/calls/{call_id}", { params: { path: { call_id } } })),
  offers: (call_id: string) => body(client.GET("/api/v1/calls/{call_id}/offers", { params: { path: { call_id } } })),
  replay: (call_id: string, n: number, wish: ReplayWish) =>
    body(
      client.POST("/api/v1/calls/{call_id}/offers/{n}/replay", {
        params: { path: { call_id, n } },
        body: wish as never,
      }),
    ),
  survey: (call_id: string) => body(client.GET("/api/v1/calls/{call_id}/survey", { params: { path: { call_id } } })),
  askSurvey: (call_id: string) =>
    body(client.POST("/api/v1/calls/{call_id}/survey", { params: { path: { call_id } } })),
  callbacks: (state: "open" | "all") => body(client.GET("/api/v1/callbacks", { params: { query: { state } } })),
  cancelCallback: (call_id: string) =>
    body(client.DELETE("/api/v1/callbacks/{call_id}", { params: { path: { call_id } } })),
  peaks: (recording_id: string) =>
    body(client.GET("/api/v1/recordings/{recording_id}/peaks", { params: { path: { recording_id } } })),
  audioUrl: (recordingId: string) => `/api/v1/recordings/${encodeURIComponent(recordingId)}/audio`,
  simulate: (order: SimulatedOrder) => body(client.POST("/api/v1/simulator/calls", { body: order })),
  simulated: () => body(client.GET("/api/v1/simulator/calls")),
  endSimulated: (simulated_id: string) =>
    body(client.DELETE("/api/v1/simulator/calls/{simulated_id}", { params: { path: { simulated_id } } })),
  audit: (query: AuditQuery) => body(client.GET("/api/v1/audit", { params: { query: filled(query) } })),
  queues: () => body(client.GET("/api/v1/queues")),
  queue: (queue_id: string) => body(client.GET("/api/v1/queues/{queue_id}", { params: { path: { queue_id } } })),
  makeQueue: (name: string) => body(client.POST("/api/v1/queues", { body: { name } as QueueChange })),
  changeQueue: (queue_id: string, rules: QueueChange) =>
    body(client.PUT("/api/v1/queues/{queue_id}", { params: { path: { queue_id } }, body: rules })),
  removeQueue: (queue_id: string) =>
    body(client.DELETE("/api/v1/queues/{queue_id}", { params: { path: { queue_id } } })),
  agents: () => body(client.GET("/api/v1/agents")),
  chats: (query: ChatsQuery) => body(client.GET("/api/v1/chats", { params: { query: filled(query) } })),
  chat: (chat_id: string) => body(client.GET("/api/v1/chats/{chat_id}", { params: { path: { chat_id } } })),
  chatFileUrl: (chatId: string, fileId: string) =>
    `/api/v1/chats/${encodeURIComponent(chatId)}/files/${encodeURIComponent(fileId)}`,
  sendChatFile: (chat_id: string, file: File) =>
    body(
      client.POST("/api/v1/chats/{chat_id}/files", {
        params: { path: { chat_id }, query: { name: file.name } },
        body: file as never,
        bodySerializer: (octets: unknown) => octets as BodyInit,
        headers: { "content-type": "application/octet-stream" },
      }),
    ),
  switchboard: () => body(client.GET("/api/v1/switchboard")),
  cannedReplies: () => body(client.GET("/api/v1/canned-replies")),
  keepReply: (reply_id: string | null, text: ReplyText) =>
    reply_id
      ? body(client.PUT("/api/v1/canned-replies/{reply_id}", { params: { path: { reply_id } }, body: text }))
      : body(client.POST("/api/v1/canned-replies", { body: text })),
  dropReply: (reply_id: string) =>
    body(client.DELETE("/api/v1/canned-replies/{reply_id}", { params: { path: { reply_id } } })),
  setPriority: (call_id: string, priority: number) =>
    body(client.PUT("/api/v1/calls/{call_id}/priority", { params: { path: { call_id } }, body: { priority } })),
  pushKey: () => body(client.GET("/api/v1/push")),
  keepPush: (subscription: { endpoint: string; keys: { p256dh: string; auth: string } }) =>
    body(client.PUT("/api/v1/push/subscription", { body: subscription })),
  forgetPush: (endpoint: string) => body(client.POST("/api/v1/push/unsubscribe", { body: { endpoint } })),
  health: () => body(client.GET("/api/v1/health")),
};
