# SPDX-License-Identifier: Apache-2.0
"""REST of calls, queues and agents, joined."""

from typing import TYPE_CHECKING

from fastapi import APIRouter

from headcall.backend.agents import http as agents_http
from headcall.backend.audit import http as audit_http
from headcall.backend.callbacks import http as callbacks_http
from headcall.backend.cdr.service import Records
from headcall.backend.outcomes import http as outcomes_http
from headcall.backend.queues import http as queues_http
from headcall.backend.queues import offers_http
from headcall.backend.queues.administration import QueueAdministration
from headcall.backend.seats import http as seats_http
from headcall.backend.seats.service import Seats
from headcall.backend.switchboard import http as switchboard_http

if TYPE_CHECKING:
    from headcall.backend.calls.assembly import Telephony


def rest_routes(telephony: "Telephony") -> APIRouter:
    given, queues, agents, audit = telephony.given, telephony.queues, telephony.agents, telephony.audit
    store, clock = given.store, given.clock
    caller_of = given.numbers.plan.caller
    administration = QueueAdministration(store, queues, telephony.calls, audit, caller_of=caller_of, new_id=given.ids)
    seats = Seats(store, agents, queues, audit, given.live, given.people)
    router = APIRouter()
    for routes in (
        queues_http.routes(queues, telephony.queue_views, clock),
        queues_http.rule_routes(administration),
        callbacks_http.routes(telephony.callbacks),
        offers_http.routes(store, Records(store, clock, caller_of).one),
        audit_http.routes(audit),
        outcomes_http.routes(telephony.outcomes),
        telephony.written.routes(),
        agents_http.routes(agents, queues, audit),
        seats_http.routes(seats),
        switchboard_http.routes(telephony.switchboard),
    ):
        router.include_router(routes)
    return router
