# SPDX-License-Identifier: Apache-2.0
"""Answers REGISTER, and tells call control which telephones come and go."""

import logging
from collections.abc import Callable

from headcall.kit.clock import Clock
from headcall.kit.private import Private
from headcall.sip_bridge.errors import PeerError
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.message import Request, Response, respond
from headcall.sip_bridge.registrar.bindings import Binding, Bindings, RegisterRefused, contact_fields
from headcall.sip_bridge.registrar.passport import Passport, Turned
from headcall.sip_bridge.store import Drawer
from headcall.wire.codec import UnknownWord, decode, encode
from headcall.wire.legs import Registration, RegistrationChanged

log = logging.getLogger(__name__)


class Registrar:
    """The registrar of our domain."""

    def __init__(
        self, passport: Passport, drawer: Drawer, clock: Clock, tell: Callable[[RegistrationChanged], None]
    ) -> None:
        self._passport = passport
        self._clock = clock
        self._tell = tell
        self._drawer = drawer
        self._bindings = Bindings(self._changed)
        self._bindings.restore(_stored(drawer))

    def _changed(self, binding: Binding, is_kept: bool) -> None:
        if is_kept:
            self._drawer.put(binding.key, encode(binding))
        else:
            self._drawer.remove(binding.key)

    async def register(self, request: Request, flow: Flow) -> Response:
        """The answer to a REGISTER."""
        admitted = await self._passport.check(request, flow, status=401)
        if isinstance(admitted, Turned):
            return respond(request, admitted.status, headers=admitted.headers)
        if request.to.uri.number != admitted.sip_user:
            return respond(request, 403)  # nobody registers for somebody else
        try:
            return self._apply(admitted.sip_user, request, flow)
        except RegisterRefused as refused:
            return respond(request, refused.status, reason=refused.reason, headers=refused.headers)
        except PeerError as error:
            return respond(request, error.status)

    def _apply(self, sip_user: str, request: Request, flow: Flow) -> Response:
        now = self._clock.wall_ms()
        before = len(self._bindings.of(sip_user, now))
        self._bindings.apply(sip_user, request, flow, now)
        mine = self._bindings.of(sip_user, now)
        if len(mine) != before:
            log.info("account %s has %d contacts now", Private(sip_user), len(mine))
            self._tell(RegistrationChanged(sip_user, len(mine)))
        return respond(request, 200, headers=contact_fields(mine, now))

    def tick(self) -> None:
        """Forgets bindings that are over; to be called every second or so."""
        now = self._clock.wall_ms()
        for sip_user in self._bindings.expire(now):
            log.info("a contact of account %s has expired", Private(sip_user))
            self._tell(RegistrationChanged(sip_user, len(self._bindings.of(sip_user, now))))

    def contacts(self, sip_user: str) -> list[Binding]:
        """Where an account can be rung now."""
        return self._bindings.of(sip_user, self._clock.wall_ms())

    def knows_source(self, host: str) -> bool:
        return self._bindings.knows_source(host)

    def behind_nats(self) -> list[Flow]:
        """The ways to telephones that only stay open while something goes there."""
        bindings = self._bindings.every(self._clock.wall_ms())
        return [each.flow for each in bindings if each.transport == "udp" and each.is_natted]

    def registrations(self) -> tuple[Registration, ...]:
        return tuple(
            Registration(
                sip_user=each.sip_user,
                contact=each.contact,
                source=f"{each.source[0]}:{each.source[1]}/{each.transport}",
                user_agent=each.user_agent,
                expires_at_ms=each.expires_at_ms,
            )
            for each in self._bindings.every(self._clock.wall_ms())
        )


def _stored(drawer: Drawer) -> list[Binding]:
    found = []
    for key, data in drawer.items():
        try:
            found.append(decode(data, Binding))
        except UnknownWord:  # of another version: the telephone registers again
            drawer.remove(key)
    return found
