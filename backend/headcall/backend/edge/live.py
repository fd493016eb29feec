# SPDX-License-Identifier: Apache-2.0
"""The live line to the pages: what is published goes to rings and connections, what pages `do` goes to handlers.

`publish_*` never waits and never fails: each connection has a bounded box that its own task empties. A page too slow
for its box is cut off; it comes back and resumes, or gets a snapshot. Socket.IO itself is in `edge.socket`.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from headcall.backend.edge.faults import Fault, fault_of
from headcall.backend.edge.rings import Rings
from headcall.backend.errors import ApiError
from headcall.backend.users.model import Actor, Person

log = logging.getLogger(__name__)

Data = dict[str, Any]
DoHandler = Callable[[Actor, Data], Awaitable[Data]]
SnapshotProvider = Callable[[Actor], Awaitable[Any]]
PresenceListener = Callable[[str, bool], Awaitable[None]]
LeavingListener = Callable[[str, str], None]
"""(user id, instance)"""

BOX = 500
"""Messages that may wait for one page. Live pages take them in milliseconds."""


class Connection:
    """One tab: who it belongs to and what waits to be sent to it."""

    def __init__(self, sid: str, who: Actor, instance: str) -> None:
        self.sid, self.who, self.instance = sid, who, instance
        self.box: asyncio.Queue[tuple[str, Data]] = asyncio.Queue(BOX)
        self.is_fed = False
        """Whether events go to the box already; before that, the snapshot is being made."""
        self.is_overflowing = False

    def put(self, name: str, data: Data) -> None:
        try:
            self.box.put_nowait((name, data))
        except asyncio.QueueFull:
            self.is_overflowing = True


class Live:
    """What features use to talk to pages. They publish whole views, so hearing one twice does no harm."""

    def __init__(self, first_event_id: int) -> None:
        self._rings = Rings(first_event_id)
        self._connections: dict[str, Connection] = {}
        self._tabs: Counter[str] = Counter()
        self._handlers: dict[str, DoHandler] = {}
        self._providers: dict[str, SnapshotProvider] = {}
        self._presence: list[PresenceListener] = []
        self._leaving: list[LeavingListener] = []
        self._known_here: set[str] = set()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    # ------------------------------------------------------------ for features

    def publish_user(self, user_id: str, type: str, data: Data) -> None:
        """Tells all tabs of one user."""
        self._publish((user_id,), type, data)

    def publish_all(self, type: str, data: Data) -> None:
        """Tells everyone who is signed in."""
        self._publish(tuple(self._rings.users()), type, data)

    def publish_right(self, right: str, name: str, data: Data) -> None:
        """Tells every tab of those who have a right, and remembers nothing: for figures that are soon told anew.

        A tab that was away, or is behind, misses it; so `data` says by itself whether something was missed.
        """
        for connection in self._connections.values():
            if connection.is_fed and connection.who.may(right) and connection.box.qsize() < BOX // 2:
                connection.put(name, data)

    def somebody_may(self, right: str) -> bool:
        """Whether a tab is open of somebody with a right."""
        return any(connection.who.may(right) for connection in self._connections.values())

    def on_do(self, type: str, handler: DoHandler) -> None:
        """Registers what carries out `do` messages of a type. It refuses by raising `ApiError`."""
        assert type not in self._handlers, f"two handlers for {type}"
        self._handlers[type] = handler

    def on_snapshot(self, name: str, provider: SnapshotProvider) -> None:
        """Registers what gives the snapshot's field `name`."""
        assert name not in self._providers, f"two providers for {name}"
        self._providers[name] = provider

    def on_presence(self, listener: PresenceListener) -> None:
        """Registers who is told (user_id, True) of a user's first tab, and (user_id, False) when the last is gone."""
        self._presence.append(listener)

    def on_leaving(self, listener: LeavingListener) -> None:
        """Registers who is told of each tab that has left; it may be back in a moment, if it was only loaded again."""
        self._leaving.append(listener)

    def is_connected(self, user_id: str) -> bool:
        return self._tabs.get(user_id, 0) > 0

    def instances(self, user_id: str) -> set[str]:
        """The tabs a user has open."""
        return {c.instance for c in self._connections.values() if c.who.user_id == user_id}

    def sids_of_session(self, session_id: str) -> list[str]:
        """The connections that were opened with a session."""
        return [sid for sid, c in self._connections.items() if c.who.session_id == session_id]

    def renew(self, person: Person) -> None:
        """Who they are has changed: their tabs act with the new name and rights from now on."""
        for connection in self._connections.values():
            was = connection.who
            if was.user_id == person.user_id:
                is_limited = was.rights != was.person.rights  # as a program's are, by its key
                rights = was.rights & person.rights if is_limited else person.rights
                connection.who = replace(was, person=person, rights=rights)

    # ------------------------------------------------------------ for the socket

    def connected(self, sid: str, who: Actor, instance: str) -> Connection:
        """A tab has come; `welcome` must follow."""
        self._rings.open(who.user_id)
        connection = self._connections[sid] = Connection(sid, who, instance)
        self._tabs[who.user_id] += 1
        return connection

    async def welcome(self, connection: Connection, last_event_id: int | None) -> None:
        """Fills the new tab's box: what it missed, or a snapshot."""
        who = connection.who
        await self._tell_presence(who.user_id)
        missed = None if last_event_id is None else self._rings.after(who.user_id, last_event_id)
        if missed is None or len(missed) >= BOX:
            event_id = self._rings.last_id
            connection.put("snapshot", await self._snapshot(who, event_id))
            missed = self._rings.after(who.user_id, event_id) or []
        for event in missed:
            connection.put("event", event.payload())
        connection.is_fed = True

    async def gone(self, sid: str) -> None:
        """A tab has left."""
        connection = self._connections.pop(sid, None)
        if connection is None:
            return
        user_id = connection.who.user_id
        for listener in self._leaving:
            listener(user_id, connection.instance)
        self._tabs[user_id] -= 1
        if self._tabs[user_id] == 0:
            del self._tabs[user_id]
            await self._tell_presence(user_id)

    async def do(self, sid: str, message: object) -> Data:
        """Carries out what a page asks. Always answers, never raises."""
        connection = self._connections.get(sid)
        if connection is None:
            return _refusal(fault_of(ApiError("not-signed-in", "no such connection")))
        try:
            handler, data = self._handler_of(message)
            return {"ok": True, **(await handler(connection.who, data))}
        except Exception as error:  # noqa: BLE001 - the edge: whatever a handler raises becomes an answer
            return _refusal(fault_of(error))

    # ------------------------------------------------------------ inside

    def _handler_of(self, message: object) -> tuple[DoHandler, Data]:
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise ApiError("bad-request", "`do` takes an object with a type")
        handler = self._handlers.get(message["type"])
        if handler is None:
            raise ApiError("bad-request", f"unknown type {message['type'][:40]!r}")
        return handler, {key: value for key, value in message.items() if key != "type"}

    def _publish(self, user_ids: tuple[str, ...], type: str, data: Data) -> None:
        event = self._rings.add(user_ids, type, data)
        wanted = set(user_ids)
        payload = event.payload()
        for connection in self._connections.values():
            if connection.is_fed and connection.who.user_id in wanted:
                connection.put("event", payload)

    async def _snapshot(self, who: Actor, event_id: int) -> Data:
        snapshot: Data = {"event_id": event_id}
        for name, provider in self._providers.items():
            snapshot[name] = await provider(who)
        return snapshot

    async def _tell_presence(self, user_id: str) -> None:
        """Tells the listeners if a user has come or gone. Goes on to the end even if the page is gone meanwhile."""
        await asyncio.shield(asyncio.create_task(self._compare_presence(user_id), name="presence"))

    async def _compare_presence(self, user_id: str) -> None:
        turn = self._turns.setdefault(user_id, asyncio.Lock())
        async with turn:  # one after the other, so that the last word is the truth
            is_here = self.is_connected(user_id)
            if is_here == (user_id in self._known_here):
                return
            (self._known_here.add if is_here else self._known_here.discard)(user_id)
            for listener in self._presence:
                try:
                    await listener(user_id, is_here)
                except Exception:
                    log.exception("a presence listener failed")


def _refusal(fault: Fault) -> Data:
    return {"ok": False, "cause": fault.cause, "text": fault.text, "detail": fault.detail}
