# SPDX-License-Identifier: Apache-2.0
"""Joins calls, queues and agents, and keeps them going. What the rest of the backend sees is `backend.control.Control`.

pages ──► socket ──► phone ─┐                        ┌─► live (pages)   ledger (records)   duty (agents)
                            ├─► service ─► mailbox ──┤
bridges ──► events ─────────┘                        └─► nodes (bridges, media)            stage (applications)
"""

import contextlib
import logging
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.agents import store as agent_rows
from headcall.backend.agents.assembly import at_work
from headcall.backend.agents.duty import Duty
from headcall.backend.agents.live import AgentSocket
from headcall.backend.apps.alarm import Alarm
from headcall.backend.apps.attendant import attendant_app
from headcall.backend.apps.callback import promised_app
from headcall.backend.apps.code import code_app
from headcall.backend.apps.comeback import comeback_app
from headcall.backend.apps.line import App
from headcall.backend.apps.overflow import overflow_app
from headcall.backend.apps.queue import queue_app
from headcall.backend.apps.refuse import refuse_app
from headcall.backend.apps.stage import Scene, Stage
from headcall.backend.apps.survey import survey
from headcall.backend.audit.service import Audit
from headcall.backend.board.service import Board
from headcall.backend.board.socket import BoardSocket
from headcall.backend.bridges.service import Bridges
from headcall.backend.callbacks.service import Callbacks
from headcall.backend.calls import store as rows
from headcall.backend.calls.consultation import Consultation
from headcall.backend.calls.events import Events
from headcall.backend.calls.figures import Figures
from headcall.backend.calls.given import Given
from headcall.backend.calls.inputs import Device, PageCame, PageWent, RingDevices
from headcall.backend.calls.ledger import Ledger
from headcall.backend.calls.live import CallViews
from headcall.backend.calls.log import Entry
from headcall.backend.calls.mailbox import Box
from headcall.backend.calls.model import Call
from headcall.backend.calls.nodes import Crew
from headcall.backend.calls.orders import Sounds
from headcall.backend.calls.parking import Parking
from headcall.backend.calls.phone import Phone
from headcall.backend.calls.reception import Reception
from headcall.backend.calls.rest import rest_routes
from headcall.backend.calls.routing import Routing
from headcall.backend.calls.service import CallControl
from headcall.backend.calls.shown import without_folders
from headcall.backend.calls.socket import CallSocket
from headcall.backend.calls.supervision import Supervision
from headcall.backend.calls.view import users_of
from headcall.backend.calls.worker import Worker
from headcall.backend.chats import given as chats
from headcall.backend.chats.assembly import Written
from headcall.backend.devices.fitness import Fitness
from headcall.backend.errors import CallFailed
from headcall.backend.media.probe import Probe
from headcall.backend.media.service import MediaNodes
from headcall.backend.notices.service import Addressees, Notices
from headcall.backend.notices.socket import NoticeSocket
from headcall.backend.outcomes.service import Outcomes
from headcall.backend.outcomes.socket import OutcomeSocket
from headcall.backend.queues import store as queue_rows
from headcall.backend.queues.chooser import Chooser
from headcall.backend.queues.dispatch import Dispatcher
from headcall.backend.queues.doors import Doors
from headcall.backend.queues.live import QueueViews
from headcall.backend.queues.model import Queue
from headcall.backend.queues.rounds import Rounds
from headcall.backend.queues.service import Queues
from headcall.backend.queues.sticky import LastAgents
from headcall.backend.queues.watch import Watch
from headcall.backend.recovery.service import Recovery
from headcall.backend.settings import Carrier
from headcall.backend.stats.assembly import stats_of
from headcall.backend.store.base import iso
from headcall.backend.switchboard.service import Switchboard
from headcall.kit.bus.port import Served
from headcall.kit.tasks import Tasks
from headcall.wire import topics
from headcall.wire.codec import UnknownWord, decode
from headcall.wire.nodes import NodeAlive

log = logging.getLogger(__name__)

TICK_S = 0.2
"""How exactly limits are kept. A caller does not notice; a tick costs a look at each open call."""

REACH_EVERY_S = 2.0

STUCK_MS = 3_000
"""An agent's state follows the call within milliseconds. After so long it is wrong, and is put right."""

SETTLE_S = 1.5
"""After a start: how long the bridges' waiting events have before we compare. Their outboxes try once a second."""

DEMO_NUMBER = "4008123456"


class Telephony:
    """Calls, queues and agents at work."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.tasks = Tasks("calls")
        self.alarm = Alarm(given.clock)
        self.media = MediaNodes(given.bus, given.clock)
        self.bridges = Bridges(given.bus)
        self.calls = CallControl(
            store=given.store,
            clock=given.clock,
            nodes=Crew(self.bridges, self.media),
            sounds=Sounds(music=(given.prompts.music,)),
            tasks=self.tasks,
        )
        self.queues = Queues(given.store, self.calls.calls, given.hours.is_closed)
        self.fitness = Fitness(given.live)
        self.reach, self.agents, self.codes = at_work(
            given.store,
            given.clock,
            has_page=given.live.is_connected,
            is_registered=lambda sip_user: self.bridges.where_registered(sip_user) is not None,
            fitness=self.fitness,
            person=given.people.person,
        )
        self.agents.prompt = given.library.file
        self.parking = Parking(self.calls, given.settings, given.live, given.ids)
        self.doors = Doors(self.queues, self.agents)
        self.routing = self._make_routing()
        self.duty = Duty(self.agents, self.queues.get)
        self.chooser = Chooser(self.queues, self.agents, LastAgents(given.store, given.clock), given.clock)
        self.dispatcher = self._make_dispatcher()
        self.callbacks = self._make_callbacks()
        self.switchboard = Switchboard(self.queues, self.dispatcher)
        self.outcomes = Outcomes(given.store, given.clock, self.queues.get)
        self.watch = Watch(self.calls, self.queues, self.doors, self.dispatcher, given.metrics, given.clock)
        self.audit = Audit(given.store, given.clock, given.ids)
        parts = (given.store, given.clock, given.ids, given.live, self.agents, self.queues, given.hours, self.audit)
        self.written = Written(chats.Given(*parts, folder=given.folder / "chats"))
        self.queue_views = QueueViews(self.queues, self.agents, given.live)
        self.board = Board(given.store, given.clock, self.calls, self.agents, self.queues)
        self.board_socket = BoardSocket(self.board, self.agents, self.audit, given.live, given.clock)
        self.call_views = CallViews(self.calls, given.live.publish_user)
        self.ledger = self._make_ledger()
        self.stage = Stage(self._app_for, given.prompts, self.alarm, given.ids, self.tasks)
        self.recovery = Recovery(
            self.calls,
            store=given.store,
            clock=given.clock,
            bridges=self.bridges,
            media=self.media,
            name="backend",
        )
        self.figures = Figures(given.metrics, self.queues, self.agents.all)
        self.events = self._make_events()
        self._served: Served | None = None
        self._register()

    def _make_ledger(self) -> Ledger:
        return Ledger(
            self.calls,
            self.given.store,
            self.given.recordings,
            agent_of=self.agents.get,
            queue_of=self.queues.get,
            new_id=self.given.ids,
        )

    def _make_dispatcher(self) -> Dispatcher:
        given, devices_of = self.given, self.routing.devices_to_answer_on
        rounds = Rounds(self.agents, given.prompts, devices_of, given.ids, self._customer)
        return Dispatcher(self.queues, self.agents, self.calls, chooser=self.chooser, rounds=rounds)

    def _make_callbacks(self) -> Callbacks:
        given = self.given
        return Callbacks(
            self.calls,
            self.queues,
            target_of=lambda number: self.routing.target(number, "browser"),
            audit=Audit(given.store, given.clock, given.ids),
            store=given.store,
            clock=given.clock,
            new_id=given.ids,
            closure_of=given.hours.closure,
        )

    async def _customer(self, number: str) -> Device:
        return await self.callbacks.device(number)

    def _make_routing(self) -> Routing:
        given = self.given
        return Routing(
            numbers=given.numbers,
            people=given.people,
            accounts=given.devices,
            bridges=self.bridges,
            queues=self.queues,
            has_page=given.live.is_connected,
            can_wake=given.push.reaches,
            has_sound_page=lambda user_id: not self.fitness.faults(user_id),
            is_by_phone=self.agents.is_by_phone,
            tone_of=self.agents.tone_of,
            is_in_call=lambda user_id: bool(self.calls.boxes_of_user(user_id)),
            outside_number=given.settings.section(Carrier).did or DEMO_NUMBER,
            new_id=given.ids,
            refusal_of=self.doors.refusal,
            is_closed=given.hours.is_closed,
            entered_at=lambda queue, caller: self.callbacks.entered_at(queue, caller),
        )

    def _make_events(self) -> Events:
        reception = Reception(
            self.calls,
            self.routing,
            self.parking,
            language_of=self.given.prompts.language_of,
            new_id=self.given.ids,
            tasks=self.tasks,
        )
        return Events(
            calls=self.calls,
            reception=reception,
            routing=self.routing,
            bridges=self.bridges,
            clock=self.given.clock,
            on_bridge_up=lambda bridge, epoch: self._start(self._bridge_up(bridge, epoch), f"{bridge} is up"),
            on_recording_ended=self.given.recordings.ended,
            on_registration=self.dispatcher.wake,
        )

    def _register(self) -> None:
        """Who is told of what."""
        live = self.given.live
        self.calls.on_open(self._opened)
        for observer in (
            self.call_views.changed,
            self.duty.changed,
            self.ledger.changed,
            self._tell_presence,
            self.figures.changed,
            self.board.call_changed,
            self.given.push.changed,
        ):
            self.calls.on_change(observer)
        self.calls.on_change(self.queue_views.mark)
        self.calls.on_change(self.dispatcher.wake)
        self.calls.on_finish(self.ledger.finish)
        self.calls.on_finish(self.outcomes.finish)
        self.calls.on_finish(self.callbacks.finish)
        stats = stats_of(self.given.store, self.given.clock, self.given.settings)
        self.calls.on_finish(stats.finish)
        self.written.chats.on_finish(stats.finish_chat)
        self.agents.on_change(self.queue_views.mark)
        self.agents.on_change(self.dispatcher.wake)
        self.agents.on_change(self.board.agent_changed)
        self.parking.register()
        phone = Phone(self.calls, self.routing, self.media, self.parking, new_id=self.given.ids)
        CallSocket(phone, self.call_views).register(live)
        Consultation(self.calls, self.routing).register(live)
        Supervision(self.calls, self.audit, self.given.ids).register(live)
        AgentSocket(self.agents, live).register()
        self.fitness.register()
        self.fitness.on_change(self.dispatcher.wake)
        Probe(self.media, self.given.ids, self.tasks, self.given.sleep).register(live)
        self.queue_views.register()
        self.board_socket.register()
        self._make_notices().register(live)
        OutcomeSocket(self.outcomes).register(live)
        self.switchboard.register(live)
        live.on_presence(self._presence)

    def _make_notices(self) -> NoticeSocket:
        given = self.given
        notices = Notices(
            given.store,
            given.clock,
            given.ids,
            addressees=Addressees(self.agents, self.queues),
            audit=self.audit,
            tell=given.live.publish_user,
        )
        return NoticeSocket(notices)

    def _opened(self, box: Box, adopted: bool) -> None:
        self.stage.enter(box, resumed=adopted)
        if adopted:
            self.ledger.record_if_wanted(box.call)

    def _app_for(self, scene: Scene) -> App:
        match scene.name:
            case "queue":
                queue = self.queues.get(scene.ref.split()[0]) or Queue(queue_id="", name="")
                before, expected, own = self.queues.callers_before, self.doors.expected_wait_s, self.given.library.file
                return queue_app(queue, before, expected, self.callbacks, own)
            case "promised":
                return promised_app(self.callbacks)
            case "attendant":
                is_whole, own = self.given.numbers.plan.is_whole, self.given.library.file
                return attendant_app(self.routing.extension, is_whole, self.routing.behind, own)
            case "overflow":
                return overflow_app(self.routing.onward)
            case "code":
                return code_app(self.codes)
            case "survey":
                return survey
            case "comeback":
                return comeback_app(self._ring_again)
            case _:
                return refuse_app(self.given.hours.closed, self.routing.onward, self.given.library.file)

    async def _ring_again(self, user_id: str) -> RingDevices | None:
        target = await self.routing.to_user(user_id)
        return target if isinstance(target, RingDevices) else None

    # ------------------------------------------------------------ life

    async def start(self) -> None:
        """Takes up the calls of the log, then begins to hear bridges and media nodes."""
        await self.queues.load()
        await self.given.hours.load()
        await self.given.library.load()
        await self.queues.count_today(self.given.clock.wall_ms())
        await self.agents.load()
        await self.written.chats.load()
        await self.board.load()
        await self.reach.refresh()
        for worker, name in self._workers():
            self._start(worker.work(), name)
        count = await self.recovery.take_over()
        await self.recovery.mend_agents(self.agents, self.duty)
        log.info("%d calls go on", count)
        for work, name in (
            (self._hear_nodes(), "nodes"),
            (self._tick_for_ever(), "clock"),
            (self._refresh_for_ever(), "reach"),
            (self._compare_when_settled(), "comparing"),
        ):
            self._start(work, name)
        self._served = await self.given.bus.serve(topics.EVENTS, self.events.answer)

    async def drain(self) -> None:
        """Takes nothing new. The calls stay in the log as they are, and their media does not notice."""
        if self._served:
            await self._served.close()
        await self.calls.close()
        for worker, _ in self._workers():
            await worker.close()
        await self.tasks.close()

    def _workers(self) -> list[tuple[Worker[Any], str]]:
        return [
            (self.duty.worker, "duty"),
            (self.ledger.worker, "ledger"),
            (self.dispatcher.worker, "dispatcher"),
            (self.watch.worker, "watch"),
            (self.written.desk.worker, "chats"),
        ]

    def _start(self, work: Any, name: str) -> None:
        self.tasks.start(work, name)

    async def tick(self) -> None:
        """What time does. In tests, called by hand."""
        self.calls.tick()
        self.alarm.tick()
        await self.agents.tick()
        self.queue_views.tick()
        self.board_socket.tick()
        self.callbacks.tick()
        self.watch.tick()
        self.written.desk.tick()
        self.figures.tick(len(self.calls))
        if self.queues.line():
            self.dispatcher.wake()

    async def _tick_for_ever(self) -> None:
        while True:
            await self.given.rest(TICK_S)
            await self.tick()

    async def _refresh_for_ever(self) -> None:
        while True:
            await self.given.sleep(REACH_EVERY_S)
            await self.reach.refresh()
            settled_ms = STUCK_MS * self.given.clock.speed
            if mended := await self.recovery.mend_agents(self.agents, self.duty, settled_for_ms=settled_ms):
                log.error("%d agents did not do what their calls say; mended", mended)

    async def _compare_when_settled(self) -> None:
        await self.given.sleep(SETTLE_S)
        for bridge in sorted(self.bridges.names):
            await self.given.trunks.configure(bridge)
        await self.recovery.compare_all(self.recovery.media_nodes())
        await self.recovery.mend_agents(self.agents, self.duty)

    async def _bridge_up(self, bridge: str, epoch_ms: int) -> None:
        await self.given.trunks.configure(bridge)
        await self.recovery.compare_bridge(bridge, epoch_ms)

    async def _hear_nodes(self) -> None:
        inbox = await self.given.bus.subscribe(topics.NODES)
        async for _, message in inbox:
            try:
                alive = decode(message, NodeAlive)
            except UnknownWord:
                continue
            if alive.kind == "sfu" and self.media.heard(alive):
                self._start(self.recovery.compare_media(alive.node, alive.epoch), f"{alive.node} is new")

    async def _presence(self, user_id: str, is_here: bool) -> None:
        """The user's first page opened, or the last one closed."""
        for box in self.calls.boxes_of_user(user_id):
            with contextlib.suppress(CallFailed):
                box.tell(PageCame(user_id) if is_here else PageWent(user_id))
        self.dispatcher.wake()
        if user_id not in self.agents.all():
            self.given.live.publish_all("presence", {"user_id": user_id, "state": self.state_of(user_id)})

    def _tell_presence(self, before: Call, after: Call, entries: Sequence[Entry]) -> None:
        """Who is no agent has a presence too: talking or not."""
        if bool(before.pair) == bool(after.pair):
            return
        for user_id in users_of(after) - self.agents.all().keys():
            self.given.live.publish_all("presence", {"user_id": user_id, "state": self.state_of(user_id)})

    # ------------------------------------------------------------ for the rest of the backend

    def routes(self) -> APIRouter:
        """REST of queues and agents."""
        return rest_routes(self)

    def state_of(self, user_id: str) -> str:
        """A person's presence."""
        agent = self.agents.get(user_id)
        if agent is not None:
            return agent.state
        if any(box.call.pair for box in self.calls.boxes_of_user(user_id)):
            return "talking"
        return "ready" if self.reach.can_ring(user_id) else "offline"

    def agent_of(self, user_id: str) -> dict[str, Any] | None:
        agent = self.agents.get(user_id)
        if agent is None:
            return None
        return {
            "agent_id": user_id,
            "agent_number": agent.agent_number,
            "queues": [{"id": queue.queue_id, "name": queue.name} for queue in self.queues.of_agent(user_id)],
        }

    async def person_changed(self, user_id: str, *, is_active: bool) -> None:
        """Takes up a person's name; who is no more active works no more."""
        if not is_active and self.agents.get(user_id):
            await self.agents.wish(user_id, "offline")
        await self.agents.administer(user_id)

    async def queues_changed(self) -> None:
        """Takes the queues up from the rows again."""
        await self.queues.load()

    async def log_of(self, call_id: str) -> list[dict[str, Any]]:
        """What happened in a call."""
        async with self.given.store.read() as session:
            found = await rows.rows_of(session, call_id)
        return [
            {"seq": row.seq, "at": iso(row.at_ms), "type": row.type, "data": without_folders(row.data)} for row in found
        ]

    async def seed_agent(self, session: AsyncSession, user_id: str, agent_number: str) -> None:
        """Makes a person an agent, if they are none."""
        if await session.get(agent_rows.AgentRow, user_id) is None:
            await agent_rows.put(
                session, user_id, agent_number, seat=int(agent_number) if agent_number.isdigit() else 0
            )

    async def seed_queue(
        self, session: AsyncSession, queue_id: str, name: str, number: str, members: list[str]
    ) -> None:
        """Makes a queue, if it is not there."""
        if await session.get(queue_rows.QueueRow, queue_id) is None:
            await queue_rows.put(session, Queue(queue_id=queue_id, name=name, number=number, chats_at_once=3))
            await queue_rows.put_members(session, queue_id, members)


def make_control(**parts: Any) -> Telephony:
    """Call control on the rest of the backend. No I/O."""
    return Telephony(Given(**parts))
