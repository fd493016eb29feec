# SPDX-License-Identifier: Apache-2.0
"""Builds the backend's parts and joins them. Nothing here does any I/O, so the description of the interface is made
from the very same parts."""

from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, cast

from fastapi import APIRouter, FastAPI

from headcall.backend.audit.service import Audit
from headcall.backend.cdr import http as cdr_http
from headcall.backend.cdr.service import Records
from headcall.backend.control import Control, MakeControl
from headcall.backend.devices.service import Devices
from headcall.backend.devices.softphone import Softphones
from headcall.backend.directory import http as directory_http
from headcall.backend.edge.app import make_app
from headcall.backend.edge.figures import EdgeFigures
from headcall.backend.edge.live import Live
from headcall.backend.edge.socket import LiveSocket
from headcall.backend.hours import http as hours_http
from headcall.backend.hours.service import OpeningHours
from headcall.backend.identity import http as identity_http
from headcall.backend.identity.assembly import identity_of
from headcall.backend.identity.http import Identity
from headcall.backend.identity.keys import Bearers
from headcall.backend.monitor import http as monitor_http
from headcall.backend.monitor.nodes import Nodes
from headcall.backend.numbers import http as numbers_http
from headcall.backend.numbers.administration import NumberAdministration
from headcall.backend.numbers.exchange import Exchange
from headcall.backend.numbers.plan import DialPlan
from headcall.backend.numbers.service import Numbers
from headcall.backend.prompts import http as prompts_http
from headcall.backend.prompts.library import PromptLibrary
from headcall.backend.prompts.service import Prompts
from headcall.backend.prompts.voice import Espeak
from headcall.backend.push import http as push_http
from headcall.backend.push.assembly import push_of
from headcall.backend.push.service import Push
from headcall.backend.recordings import http as recordings_http
from headcall.backend.recordings.service import Recordings
from headcall.backend.settings import Carrier, Numbering
from headcall.backend.simulator import http as simulator_http
from headcall.backend.stats import http as stats_http
from headcall.backend.stats import mailing_http
from headcall.backend.stats.assembly import keeper_of, mailing_of, stats_of
from headcall.backend.stats.keeper import Keeper
from headcall.backend.stats.mailing import Mailing
from headcall.backend.stats.service import Stats
from headcall.backend.store.engine import Store, sqlite_url
from headcall.backend.store.secrets import SecretBox
from headcall.backend.surveys import http as surveys_http
from headcall.backend.surveys.service import Surveys
from headcall.backend.trunks.service import Trunks
from headcall.backend.users import http as users_http
from headcall.backend.users import people_http
from headcall.backend.users.model import Actor
from headcall.backend.users.passwords import Passwords
from headcall.backend.users.people import People
from headcall.backend.users.service import Users
from headcall.backend.users.sessions import Sessions
from headcall.kit.role import RoleContext
from headcall.wire import settings as shared
from headcall.wire.causes import CATALOGUE

MEDIA_NODE = "sfu-1"
"""The media node of embedded mode."""


@dataclass
class Parts:
    """The backend, joined."""

    ctx: RoleContext
    store: Store
    box: SecretBox
    passwords: Passwords
    sessions: Sessions
    live: Live
    socket: LiveSocket
    users: Users
    identity: Identity
    devices: Devices
    trunks: Trunks
    numbers: Numbers
    prompts: Prompts
    library: PromptLibrary
    hours: OpeningHours
    recordings: Recordings
    push: Push
    records: Records
    nodes: Nodes
    stats: Stats
    mailing: Mailing
    control: Control

    @cached_property
    def keeper(self) -> Keeper:
        """Makes the sums of statistics."""
        return keeper_of(self.ctx, self.store, self.stats)

    def app(self) -> FastAPI:
        """The HTTP interface."""
        is_demo = self.ctx.settings.section(shared.Demo).enabled
        public = monitor_http.public_routes(self.problems, self.ctx.metrics.render, self.ctx.bus)
        surveys = Surveys(self.store, self.ctx.clock, partial(token_urlsafe, 16))
        routers: list[APIRouter] = [
            users_http.routes(self.identity.login, self.sessions, self.users, self.socket.drop_session),
            identity_http.routes(self.identity),
            directory_http.routes(self.users, self.numbers.plan, self.control.state_of),
            cdr_http.routes(self.records, self.recordings, self.control.log_of),
            recordings_http.routes(self.recordings),
            self.control.routes(),
            people_http.routes(self._people()),
            self._numbers(),
            hours_http.routes(self.hours, str(self.stats.zone)),
            prompts_http.routes(self.library),
            push_http.routes(self.push),
            simulator_http.routes(self.ctx.bus, is_demo=is_demo),
            monitor_http.routes(self.nodes),
            stats_http.routes(self.stats),
            mailing_http.routes(self.mailing),
            surveys_http.routes(surveys, self.records.one),
            public,
        ]
        return make_app(self.socket.authenticator, routers, [public, surveys_http.public_routes(surveys)])

    def _people(self) -> People:
        """The administration of people."""
        return People(
            store=self.store,
            clock=self.ctx.clock,
            ids=self.ctx.ids,
            passwords=self.passwords,
            audit=Audit(self.store, self.ctx.clock, self.ctx.ids),
            plan=self.numbers.plan,
            users=self.users,
            live=self.live,
            work=self.control,
            drop_session=self.socket.drop_session,
        )

    def _numbers(self) -> APIRouter:
        """The inventory and its administration."""
        audit = Audit(self.store, self.ctx.clock, self.ctx.ids)
        store, clock, ids, plan, changed = (
            self.store,
            self.ctx.clock,
            self.ctx.ids,
            self.numbers.plan,
            self.control.queues_changed,
        )
        numbers = NumberAdministration(store, clock, ids, audit, plan, changed)
        return numbers_http.routes(numbers, Exchange(store, audit, plan, changed))

    async def problems(self) -> dict[str, str]:
        """What is not well."""
        found = dict(self.ctx.health)
        if self.prompts.problem:
            found["prompts"] = self.prompts.problem
        for kind, text in (("sfu", "no media node is alive"), ("sip", "no SIP bridge is alive")):
            if not self.nodes.names(kind):
                found[kind] = text
        for bridge in set(self.nodes.names("sip")) - self.trunks.configured:
            found[bridge] = "has no configuration from us yet: it knows no trunk"
        return found


def assemble(
    ctx: RoleContext, *, folder: Path, box: SecretBox, make_control: MakeControl, passwords: Passwords | None = None
) -> Parts:
    """Makes all parts. `folder` is the data folder, `box` keeps the secrets, `make_control` makes call control."""
    site, plan = ctx.settings.section(shared.Site), _plan(ctx)
    store, passwords = _store(ctx, folder), passwords or Passwords()
    live, users, devices = Live(first_event_id=ctx.epoch), Users(store), Devices(store, box)
    trunks = Trunks(store, box, ctx.bus, domain=site.domain, media_node=MEDIA_NODE)
    numbers = Numbers(store, plan, _trunk_name(ctx))
    prompts = Prompts(folder / "prompts", Espeak(), plan, cast(Any, site.language))
    recordings = Recordings(store, ctx.clock, folder / "recordings")
    library, hours = _house(ctx, store, prompts, folder / "prompts")
    push = push_of(ctx.settings, store, box, ctx.clock, users)
    control = make_control(
        store=store,
        bus=ctx.bus,
        live=live,
        clock=ctx.clock,
        ids=ctx.ids,
        settings=ctx.settings,
        metrics=ctx.metrics,
        people=users,
        numbers=numbers,
        devices=devices,
        trunks=trunks,
        prompts=prompts,
        library=library,
        hours=hours,
        recordings=recordings,
        push=push,
        folder=folder,
        rest=ctx.sleep,
    )
    identity = identity_of(ctx, store, box, sessions=Sessions(store, ctx.clock, ctx.ids, passwords), users=users)
    socket = _join_live(ctx, live, identity, control)
    stats = stats_of(store, ctx.clock, ctx.settings)
    return Parts(
        ctx=ctx,
        store=store,
        box=box,
        passwords=passwords,
        sessions=identity.sessions,
        live=live,
        socket=socket,
        users=users,
        identity=replace(identity, drop_session=socket.drop_session),
        devices=devices,
        trunks=trunks,
        numbers=numbers,
        prompts=prompts,
        library=library,
        hours=hours,
        recordings=recordings,
        push=push,
        records=Records(store, ctx.clock, numbers.plan.caller),
        nodes=Nodes(ctx.bus, ctx.clock),
        stats=stats,
        mailing=mailing_of(ctx, store, stats),
        control=control,
    )


def _store(ctx: RoleContext, folder: Path) -> Store:
    url = ctx.settings.section(shared.Store).database_url or sqlite_url(folder / "backend" / "headcall.db")
    return Store.open(url, ctx.at_work)


def _plan(ctx: RoleContext) -> DialPlan:
    numbering = ctx.settings.section(Numbering)
    return DialPlan(
        region=numbering.region, internal_prefix=numbering.internal_prefix, short_digits=numbering.short_digits
    )


def _trunk_name(ctx: RoleContext) -> str | None:
    carrier = ctx.settings.section(Carrier)
    if carrier.host:
        return carrier.name
    return Carrier.name if ctx.settings.section(shared.Demo).enabled else None


def _house(ctx: RoleContext, store: Store, prompts: Prompts, folder: Path) -> tuple[PromptLibrary, OpeningHours]:
    """What the company says, and when it is there."""
    audit = Audit(store, ctx.clock, ctx.ids)
    library = PromptLibrary(store, ctx.clock, ctx.ids, audit, prompts=prompts, folder=folder)
    return library, OpeningHours(store, ctx.clock, ctx.ids, audit)


def _join_live(ctx: RoleContext, live: Live, identity: Identity, control: Control) -> LiveSocket:
    """What every page needs, whatever the features."""
    users = identity.users
    users.agent_of = control.agent_of
    texts = {cause.id: {"zh": cause.zh, "en": cause.en} for cause in CATALOGUE.values()}

    async def causes(_who: Actor) -> dict[str, Any]:
        return texts

    async def ping(_who: Actor, _data: dict[str, Any]) -> dict[str, Any]:
        return {}

    live.on_snapshot("me", users.me_now)
    live.on_snapshot("causes", causes)
    live.on_do("ping", ping)
    Softphones(live).register()
    return LiveSocket(live, Bearers(identity.sessions, identity.keys), EdgeFigures(ctx.metrics))
