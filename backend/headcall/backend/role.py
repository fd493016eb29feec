# SPDX-License-Identifier: Apache-2.0
"""The backend's life: database, people, calls, then the doors open; at the end they close in turn."""

import logging
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from headcall.backend.calls.assembly import make_control
from headcall.backend.demo import Demo
from headcall.backend.edge.front import front
from headcall.backend.edge.server import Web
from headcall.backend.edge.static import Pages
from headcall.backend.first import FirstRows
from headcall.backend.parts import Parts, assemble
from headcall.backend.rehearsal.company import Company, refuse_real_trunks
from headcall.backend.settings import Carrier
from headcall.backend.store.engine import BadDatabaseUrl
from headcall.backend.store.migrate import migrate
from headcall.backend.store.secrets import BadKeyFile, SecretBox
from headcall.kit.role import CannotStart, RoleContext
from headcall.wire import settings as shared
from headcall.wire import topics
from headcall.wire.codec import encode
from headcall.wire.nodes import NodeAlive

log = logging.getLogger(__name__)


class DatabaseAway(Exception):
    """The database server is not there now; the supervisor tries again."""


async def run(ctx: RoleContext) -> None:
    """Runs the backend until `ctx.stop`."""
    if ctx.settings.section(shared.Rehearsal).speed:
        refuse_real_trunks(ctx.settings)
    own = ctx.data_dir / "backend"
    own.mkdir(parents=True, exist_ok=True)
    try:
        box = SecretBox.from_file(own / "secrets.key")
        parts = assemble(ctx, folder=ctx.data_dir, box=box, make_control=make_control)
    except (BadDatabaseUrl, BadKeyFile) as error:
        raise CannotStart(str(error)) from error
    try:
        await _serve(ctx, parts)
    finally:
        await parts.store.close()


async def _serve(ctx: RoleContext, parts: Parts) -> None:
    await _open_database(parts)
    await _prepare(ctx, parts)
    ctx.tasks.start(parts.nodes.listen(), "heartbeats")
    ctx.tasks.start(parts.prompts.warm(), "prompts")
    await parts.push.load()
    ctx.tasks.start(parts.push.worker.work(), "push")
    ctx.tasks.start(parts.socket.watch(), "live connections")
    ctx.tasks.start(parts.recordings.watch(), "recordings")
    ctx.tasks.start(parts.stats.catch_up(), "statistics")
    ctx.tasks.start(parts.stats.catch_up_chats(), "statistics of chats")
    ctx.tasks.start(parts.keeper.watch(), "sums of statistics")
    ctx.tasks.start(parts.mailing.watch(), "scheduled reports")
    credentials = await ctx.bus.serve(topics.CREDENTIALS, parts.devices.answer)
    await parts.control.start()
    pages = Pages(_pages_folder(ctx.settings.section(shared.Web).pages))
    web = Web(front(parts.socket, parts.app(), pages, ctx.clock), parts.socket.figures)
    await _listen(web, ctx)
    ctx.announce(topics.NODES, lambda: encode(NodeAlive(ctx.name, "backend", ctx.epoch, draining=ctx.stop.is_set())))
    ctx.ready()
    await ctx.stop.wait()
    await credentials.close()
    await parts.control.drain()
    await parts.socket.close()
    await web.close()


async def _open_database(parts: Parts) -> None:
    """Migrates. An embedded database that cannot be used needs a person; a server that is away may come back."""
    engine = parts.store.engine
    try:
        await migrate(parts.store)
    except DBAPIError as error:
        if engine.dialect.name == "sqlite":
            raise CannotStart(f"the database {engine.url.database} cannot be used: {error.orig}") from error
        raise DatabaseAway(f"the database does not work with us: {error.orig}") from error
    except OSError as error:
        raise DatabaseAway(f"the database cannot be reached: {error}") from error


async def _prepare(ctx: RoleContext, parts: Parts) -> None:
    """The rows that must be there, and the sample company."""
    demo = ctx.settings.section(shared.Demo)
    first = FirstRows(
        store=parts.store,
        clock=ctx.clock,
        ids=ctx.ids,
        passwords=parts.passwords,
        trunks=parts.trunks,
        control=parts.control,
        folder=ctx.data_dir,
    )
    await first.prepare(ctx.settings.section(Carrier), with_owner=not demo.enabled)
    if demo.enabled:
        sample = Demo(
            store=parts.store,
            clock=ctx.clock,
            passwords=parts.passwords,
            devices=parts.devices,
            trunks=parts.trunks,
            box=parts.box,
            domain=ctx.settings.section(shared.Site).domain,
            seed_queue=parts.control.seed_queue,
            seed_agent=parts.control.seed_agent,
        )
        await sample.seed(demo.passwords, demo.sip_passwords, demo.simulator_port)
    if (rehearsal := ctx.settings.section(shared.Rehearsal)).speed:
        company = Company(parts.store, ctx.clock, parts.passwords, parts.trunks, demo.simulator_port)
        await company.seed(rehearsal)


async def _listen(web: Web, ctx: RoleContext) -> None:
    fds: Mapping[str, int] = ctx.fds
    if "http" not in fds:
        raise CannotStart("no listening socket named `http` was handed over")
    await web.listen(fds["http"])
    if "https" in fds:
        await web.listen(fds["https"], certificate=_certificate(ctx))


def _certificate(ctx: RoleContext) -> tuple[str, str]:
    """The certificate and its key: those of the settings, or the ones made for this data folder."""
    web = ctx.settings.section(shared.Web)
    if web.certificate:
        return web.certificate, web.certificate_key or web.certificate
    made = ctx.data_dir / "tls"
    return str(made / "certificate.pem"), str(made / "key.pem")


def _pages_folder(configured: str) -> Path:
    """Where the built pages are: as set, inside the package, or in the source tree beside us."""
    if configured:
        return Path(configured)
    here = Path(__file__).resolve()
    packaged = here.parent / "pages"
    return packaged if packaged.is_dir() else here.parents[3] / "frontend" / "dist"
