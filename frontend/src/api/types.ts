// SPDX-License-Identifier: Apache-2.0
// Short names for the shapes of the generated client.

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Person = Schemas["DirectoryPerson"];
export type CallRecord = Schemas["CallRecordOut"];
export type CallDetail = Schemas["CallDetail"];
export type Callback = Schemas["CallbackOut"];
export type VisitorQueue = Schemas["VisitorQueue"];
export type Offer = Schemas["OfferOut"];
export type Considered = Schemas["ConsideredOut"];
export type ReplayWish = Partial<Schemas["ReplayIn"]>;
export type Recording = Schemas["RecordingOut"];
export type Peaks = Schemas["PeaksOut"];
export type AuditEntry = Schemas["AuditEntry"];
export type QueueNow = Schemas["QueueOut"];
export type QueueWhole = Schemas["QueueWhole"];
export type QueueChange = Schemas["QueueChange"];
export type ChatView = Schemas["ChatOut"];
export type ChatMessage = Schemas["MessageOut"];
export type Waiting = Schemas["WaitingOut"];
export type CannedReply = Schemas["ReplyOut"];
export type ReplyText = Schemas["ReplyIn"];
export type VisitorNews = Schemas["NewsOut"];
export type SimulatedCall = Schemas["SimulatedCallOut"];
export type SimulatedOrder = Schemas["CallWanted"];

/** A refusal; of a proxy that is not ours, only the cause is known. */
export type Fault = Partial<Schemas["ErrorBody"]> & { cause: string };
