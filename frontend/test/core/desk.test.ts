// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { currentCall, EMPTY_DESK, next, ringingCall, shownCalls } from "@/core/desk";
import { after, call, opened, said, talking } from "./material";

describe("what the server says", () => {
  test("a snapshot is the whole truth", () => {
    const desk = after(opened({ calls: [talking()] }));
    expect(desk.known).toBe(true);
    expect(desk.owner).toBe("tab_1");
    expect(desk.calls).toHaveLength(1);
    expect(desk.lastEventId).toBe(10);
  });

  test("a call that rings appears, changes as a whole and goes", () => {
    let desk = after(opened(), said(11, { type: "call", data: call() }));
    expect(ringingCall(desk)?.call_id).toBe("call_1");
    desk = next(desk, said(12, { type: "call", data: talking({ digits: "1" }) }));
    expect(ringingCall(desk)).toBeNull();
    expect(currentCall(desk)?.digits).toBe("1");
    desk = next(desk, said(13, { type: "call_gone", data: { call_id: "call_1", cause: "normal" } }, 99));
    expect(desk.calls).toEqual([]);
    expect(desk.ended).toMatchObject({ cause: "normal", at: 99 });
  });

  test("an event that was seen before changes nothing", () => {
    const desk = after(opened({ calls: [talking()] }));
    const replayed = next(desk, said(9, { type: "call_gone", data: { call_id: "call_1", cause: "normal" } }));
    expect(replayed).toBe(desk);
  });

  test("a word of a newer server is passed over, and counted as seen", () => {
    const desk = next(after(opened()), said(11, { type: "weather", data: {} } as never));
    expect(desk.lastEventId).toBe(11);
    expect(desk.calls).toEqual([]);
  });

  test("a call that ended while we were away is shown as ended", () => {
    const desk = after(opened({ calls: [talking()] }), opened({ calls: [] }));
    expect(desk.ended?.call.call_id).toBe("call_1");
  });

  test("a call that goes on through a new snapshot keeps its mute", () => {
    const desk = after(
      opened({ calls: [talking()] }),
      { type: "muted", callId: "call_1", on: true },
      { type: "muted", callId: "call_other", on: true },
      opened({ calls: [talking()] }),
    );
    expect(desk.muted).toEqual({ call_1: true });
  });

  test("the state `ended` and the word `call_gone` end a call once, with the cause of the later one", () => {
    const desk = after(
      opened({ calls: [talking()] }),
      said(11, { type: "call", data: talking({ state: "ended" }) }),
      said(12, { type: "call_gone", data: { call_id: "call_1", cause: "busy" } }),
    );
    expect(desk.ended?.cause).toBe("busy");
  });

  test("queues, presence, agent and owner follow", () => {
    const queue = {
      id: "q",
      name: "Q",
      waiting: 1,
      callbacks: 0,
      longest_wait_since: null,
      agents_ready: 0,
      agents_busy: 0,
    };
    const desk = after(
      opened({ queues: [queue] }),
      said(11, { type: "queue", data: { ...queue, waiting: 4 } }),
      said(12, { type: "presence", data: { user_id: "user_2", state: "talking" } }),
      said(13, { type: "softphone", data: { owner_instance: null } }),
      said(14, {
        type: "agent",
        data: { state: "break", reason: "meal", since: "2026-11-25T02:00:00.000Z", wrap_up_until: null, missed: 0 },
      }),
    );
    expect(desk.queues).toEqual([{ ...queue, waiting: 4 }]);
    expect(desk.presence).toEqual({ user_2: "talking" });
    expect(desk.owner).toBeNull();
    expect(desk.agent?.reason).toBe("meal");
  });
});

describe("what we assume", () => {
  const held = { type: "assume", callId: "call_1", patch: { held: true, state: "held" } } as const;

  test("is shown at once and leaves the truth alone", () => {
    const desk = after(opened({ calls: [talking()] }), held);
    expect(shownCalls(desk)[0]?.held).toBe(true);
    expect(desk.calls[0]?.held).toBe(false);
  });

  test("goes when the server answers, and when it refuses", () => {
    const desk = after(opened({ calls: [talking()] }), held);
    expect(next(desk, said(11, { type: "call", data: talking() })).assumed).toEqual({});
    expect(next(desk, { type: "assumption_failed", callId: "call_1" }).assumed).toEqual({});
  });
});

describe("a call we hung up", () => {
  const ending = { type: "assume", callId: "call_1", patch: { state: "ended" } } as const;

  test("stays ended whatever is said of it before its end, a snapshot too", () => {
    const desk = after(
      opened({ calls: [talking()] }),
      ending,
      said(11, { type: "call", data: talking({ digits: "1" }) }),
      opened({ calls: [talking()] }),
    );
    expect(currentCall(desk)?.state).toBe("ended");
  });

  test("is there again if the server did not hear of it", () => {
    const desk = after(opened({ calls: [talking()] }), ending, { type: "assumption_failed", callId: "call_1" });
    expect(currentCall(desk)?.state).toBe("talking");
  });

  test("is forgotten with its end", () => {
    const desk = after(
      opened({ calls: [talking()] }),
      ending,
      said(11, { type: "call_gone", data: { call_id: "call_1", cause: "normal" } }),
    );
    expect(desk.assumed).toEqual({});
    expect(desk.ended?.call.state).toBe("talking");
  });
});

describe("the link", () => {
  test("remembers since when it is lost, through every failed attempt", () => {
    const desk = after(
      { type: "link", link: "up", at: 1 },
      { type: "link", link: "lost", at: 5 },
      { type: "link", link: "lost", at: 9 },
    );
    expect(desk.lostAt).toBe(5);
    expect(next(desk, { type: "link", link: "up", at: 12 }).lostAt).toBeNull();
  });

  test("a lost link takes no call away", () => {
    const desk = after(opened({ calls: [talking()] }), { type: "link", link: "lost", at: 5 });
    expect(currentCall(desk)?.state).toBe("talking");
  });
});

test("a talk is in hand before a call that rings", () => {
  const desk = after(opened({ calls: [call({ call_id: "call_2" }), talking()] }));
  expect(currentCall(desk)?.call_id).toBe("call_1");
  expect(ringingCall(desk)?.call_id).toBe("call_2");
});

test("a call-back goes out and rings here all the same; a telephone that dials out does not", () => {
  const out = { direction: "out" } as const;
  const callback = { attempt: 1, tries: 2 };
  expect(ringingCall(after(opened({ calls: [call({ ...out, callback })] })))?.call_id).toBe("call_1");
  expect(ringingCall(after(opened({ calls: [call(out)] })))).toBeNull();
});

test("a new call clears the card of the last one", () => {
  const desk = after(
    opened({ calls: [talking()] }),
    said(11, { type: "call_gone", data: { call_id: "call_1", cause: "normal" } }),
    said(12, { type: "call", data: talking({ call_id: "call_2", state: "dialling" }) }),
  );
  expect(desk.ended).toBeNull();
});

test("the card of a call goes when its wrap-up is over, not when it begins", () => {
  const state = (id: number, state: "wrap_up" | "ready") =>
    said(id, {
      type: "agent",
      data: { state, reason: null, since: "2026-11-25T02:01:00.000Z", wrap_up_until: null, missed: 0 },
    });
  const wrapping = after(
    opened({ calls: [talking()] }),
    said(11, { type: "call_gone", data: { call_id: "call_1", cause: "normal" } }),
    state(12, "wrap_up"),
  );
  expect(wrapping.ended?.call.call_id).toBe("call_1");
  expect(next(wrapping, state(13, "ready")).ended).toBeNull();
});

test("who logs out leaves an empty desk", () => {
  expect(after(opened({ calls: [talking()] }), { type: "logged_out" })).toEqual(EMPTY_DESK);
});
