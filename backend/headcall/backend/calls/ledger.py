# SPDX-License-Identifier: Apache-2.0
"""What is kept of a call for good: its record, and the rows of its recordings. Written in order by one task."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from headcall.backend.agents.model import Agent
from headcall.backend.calls.inputs import Record
from headcall.backend.calls.log import Bridged, Entry, RecordingStarted
from headcall.backend.calls.model import Call
from headcall.backend.calls.service import CallControl
from headcall.backend.calls.worker import Worker
from headcall.backend.cdr import store as cdr
from headcall.backend.cdr.store import CallRecord
from headcall.backend.errors import CallFailed
from headcall.backend.queues.model import Queue
from headcall.backend.recordings.service import Recordings
from headcall.backend.store.engine import Store

AgentOf = Callable[[str], Agent | None]
QueueOf = Callable[[str | None], Queue | None]


class Ledger:
    def __init__(
        self,
        calls: CallControl,
        store: Store,
        recordings: Recordings,
        *,
        agent_of: AgentOf,
        queue_of: QueueOf,
        new_id: Callable[[str], str],
    ) -> None:
        self._calls, self._store, self._recordings = calls, store, recordings
        self._agent_of, self._queue_of, self._new_id = agent_of, queue_of, new_id
        self._turn = asyncio.Lock()
        self.worker: Worker[tuple[Call, Entry]] = Worker("writing a record", self._write)

    def changed(self, before: Call, after: Call, entries: Sequence[Entry]) -> None:
        """Observer of all calls."""
        for entry in entries:
            if isinstance(entry.event, Bridged | RecordingStarted):
                self.worker.put((after, entry))
            if isinstance(entry.event, Bridged):
                self.record_if_wanted(after)

    def record_if_wanted(self, call: Call) -> None:
        """Starts the recording that the queue's rules ask for, once the parties talk."""
        queue = self._queue_of(call.queue_id)
        if not queue or not queue.records or not call.pair or any(r.state == "on" for r in call.recordings):
            return
        if not call.caller.is_live:
            return  # those who talk on without the customer are no business of the recording
        recording_id = self._new_id("rec")
        path = self._recordings.path_of(recording_id)
        with contextlib.suppress(CallFailed):
            self._calls.box(call.call_id).tell(Record(on=True, recording_id=recording_id, path=path))

    async def _write(self, item: tuple[Call, Entry]) -> None:
        """Written beside the call; its end writes all of it again."""
        call, entry = item
        match entry.event:
            case RecordingStarted(recording_id=recording_id):
                await self._recordings.began(recording_id, call.call_id, call.agent_id, entry.at_ms)
            case _:
                async with self._turn:
                    if any(open_call.call_id == call.call_id for open_call in self._calls.calls()):
                        await self._put(call)

    async def finish(self, call: Call) -> None:
        """Finisher of all calls: the record, whole. Doing it twice does no harm."""
        for recording in call.recordings:
            await self._recordings.began(recording.recording_id, call.call_id, call.agent_id, call.started_at_ms)
        async with self._turn:
            await self._put(call)

    async def _put(self, call: Call) -> None:
        async with self._store.begin() as session:
            await cdr.write(session, record_of(call, self._agent_of))


def record_of(call: Call, agent_of: AgentOf) -> CallRecord:
    """The record as far as the call has come. Pure."""
    agent = agent_of(call.agent_id) if call.agent_id else None
    served = [leg for leg in call.legs.values() if leg.user_id == call.agent_id and leg.user_id]
    rung = [leg for leg in call.legs.values() if leg.role == "callee" and leg.user_id]
    to_user = call.agent_id or (rung[-1].user_id if rung and not call.queue_id else None)
    is_served = call.queue_id is not None or agent is not None
    ours, theirs = (call.to_number, call.to_name), (call.from_number, call.from_name)
    if not call.callback:  # a call-back waits as its customer, and is a call of ours to them
        ours, theirs = theirs, ours
    return CallRecord(
        call_id=call.call_id,
        direction=call.direction,
        from_number=ours[0],
        to_number=theirs[0],
        started_at_ms=call.started_at_ms,
        from_name=ours[1],
        to_name=theirs[1],
        callback="made" if call.callback else "promised" if call.promised else None,
        from_user_id=call.caller.user_id if call.caller_id else None,
        to_user_id=to_user,
        queue_id=call.queue_id,
        queue_name=call.queue_name,
        agent_user_id=call.agent_id if is_served else None,
        agent_name=served[0].name if served and is_served else "",
        agent_number=agent.agent_number if agent else "",
        answered_at_ms=call.answered_at_ms,
        ended_at_ms=call.ended_at_ms,
        cause=call.cause,
        ended_by=call.ended_by,
        recording_id=call.recordings[0].recording_id if call.recordings else None,
    )
