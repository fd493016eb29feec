// SPDX-License-Identifier: Apache-2.0
import type {
  CallDetail,
  CallRecord,
  Fault,
  Me,
  Peaks,
  Person,
  QueueState,
  SimulatedCall,
  SimulatedOrder,
} from "./types";

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

type Query = Record<string, string | number | undefined>;

async function call<T>(method: string, path: string, body?: unknown, query: Query = {}): Promise<T> {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== "") search.set(key, String(value));
  const url = `/api/v1${path}${search.size > 0 ? `?${search}` : ""}`;
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-HeadCall"] = "1";
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers,
      credentials: "same-origin",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError(0, { cause: "not-connected" });
  }
  if (!response.ok) throw new ApiError(response.status, await faultOf(response));
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function faultOf(response: Response): Promise<Fault> {
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null && "error" in body) return (body as { error: Fault }).error;
  } catch {
    // A proxy's own page, not ours.
  }
  return { cause: `http-${response.status}` };
}

export const api = {
  logIn: (login: string, password: string) => call<Me>("POST", "/session", { login, password }),
  session: () => call<Me>("GET", "/session"),
  logOut: () => call<void>("DELETE", "/session"),
  change: (patch: Partial<Pick<Me, "language" | "answer_on">>) => call<Me>("PATCH", "/me", patch),
  directory: (q: string) => call<{ people: Person[] }>("GET", "/directory", undefined, { q }),
  calls: (query: { limit?: number; before?: string | undefined; scope?: "mine" | "all"; q?: string }) =>
    call<{ calls: CallRecord[]; next: string | null }>("GET", "/calls", undefined, query),
  call: (callId: string) => call<CallDetail>("GET", `/calls/${encodeURIComponent(callId)}`),
  peaks: (recordingId: string) => call<Peaks>("GET", `/recordings/${encodeURIComponent(recordingId)}/peaks`),
  audioUrl: (recordingId: string) => `/api/v1/recordings/${encodeURIComponent(recordingId)}/audio`,
  queues: () => call<{ queues: QueueState[] }>("GET", "/queues"),
  simulate: (order: SimulatedOrder) => call<{ simulated_id: string }>("POST", "/simulator/calls", order),
  simulated: () => call<{ calls: SimulatedCall[] }>("GET", "/simulator/calls"),
  endSimulated: (id: string) => call<void>("DELETE", `/simulator/calls/${encodeURIComponent(id)}`),
  health: () => call<{ status: string }>("GET", "/health"),
};
