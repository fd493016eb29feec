# SPDX-License-Identifier: Apache-2.0
"""Joins everything. The only place that knows which mode we are in, which roles there are and what each is given."""

import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from headcall.kit.bus.local import LocalBus
from headcall.kit.bus.port import Bus
from headcall.kit.role import CannotStart, Run
from headcall.kit.settings import Section, Settings
from headcall.run.sockets import MEDIA_BUFFER, SIP_BUFFER, Listen
from headcall.wire import settings as shared

if TYPE_CHECKING:
    from headcall.run.rehearsal.timing import Timing


@dataclass(frozen=True)
class Kind:
    """A kind of role."""

    module: str
    """Holds `async def run(ctx)`."""
    fds: tuple[str, ...]
    """The sockets it is given."""
    stops: int
    """Its turn when everything stops: those that bring events first, the backend, which takes them, last."""
    has_spare: bool = False
    """Whether a second process waits with its programs read, because reading them takes long."""


KINDS: Final = {
    "simulator": Kind("headcall.sip_bridge.simulator.role", ("simulator-udp",), 0),
    "sip": Kind("headcall.sip_bridge.role", ("sip-trunk-udp", "sip-trunk-tcp", "sip-phone-udp", "sip-phone-tcp"), 1),
    "sfu": Kind("headcall.sfu.role", ("media",), 2),
    "rehearsal": Kind("headcall.run.rehearsal.day", ("simulator-udp",), 0),
    "conductor": Kind("headcall.run.rehearsal.conductor", (), 4),
    "backend": Kind("headcall.backend.role", ("http", "https"), 3, has_spare=True),
}

ROLE_SETTINGS: Final = ("headcall.backend.settings", "headcall.sfu.settings", "headcall.sip_bridge.settings")
"""Modules in which roles keep sections that only they read, as `SECTIONS`."""


def kind_of(name: str) -> str:
    """`sfu` of `sfu-1`."""
    kind = name.rpartition("-")[0] or name
    if kind not in KINDS:
        raise CannotStart(f"there is no role `{name}`; known are {', '.join(KINDS)}, with a number as in sfu-1")
    return kind


def role_names(settings: Settings) -> list[str]:
    """The roles of this machine."""
    names = ["backend", "sfu-1", "sip-1"]
    if settings.section(shared.Rehearsal).speed:
        return [*names, "rehearsal-1", "conductor-1"]
    return [*names, "simulator-1"] if settings.section(shared.Demo).enabled else names


def entry(name: str, settings: Settings | None = None) -> Run:
    """The coroutine of a role. Raises `CannotStart` if it is not part of this installation."""
    module = KINDS[kind_of(name)].module
    if settings and settings.section(shared.Rehearsal).speed and kind_of(name) == "sfu":
        module = "headcall.run.rehearsal.media"
    try:
        run: Run = importlib.import_module(module).run
    except ModuleNotFoundError as error:
        raise CannotStart(f"role {name}: module {error.name} is missing. Run `./headcall doctor`.") from error
    except AttributeError as error:
        raise CannotStart(f"role {name}: {module} has no `run`") from error
    return run


def sections() -> list[type[Section]]:
    """All sections of the settings: the shared ones and those of the roles that are installed."""
    found = list(shared.SECTIONS)
    for module in ROLE_SETTINGS:
        try:
            installed = importlib.util.find_spec(module) is not None
        except ModuleNotFoundError:
            installed = False
        if installed:
            found += importlib.import_module(module).SECTIONS
    return found


async def make_bus(settings: Settings, socket: Path) -> Bus:
    """This process's end of the bus: Redis if there is one, else the supervisor's hub."""
    url = settings.section(shared.Store).redis_url
    if url:
        from headcall.kit.bus.redis import RedisBus

        return await RedisBus(url).connect(timeout=30)
    return await LocalBus(socket).connect(timeout=30)


def timing_of(name: str, settings: Settings, data: Path) -> "Timing | None":
    """By what calendar a process lives that is part of a rehearsal; None: by the machine's own clock."""
    if not settings.section(shared.Rehearsal).speed:
        return None
    from headcall.run.rehearsal.timing import MEMBERS, Timing

    return Timing(name, settings, data) if name in MEMBERS else None


def needs_hub(settings: Settings) -> bool:
    """Whether the supervisor carries the bus."""
    return not settings.section(shared.Store).redis_url


def listens(settings: Settings) -> Sequence[Listen]:
    """The sockets that the supervisor opens."""
    web, media, sip = settings.section(shared.Web), settings.section(shared.Media), settings.section(shared.Sip)
    demo = settings.section(shared.Demo)
    wanted = [
        Listen("http", "tcp", "127.0.0.1", web.http_port, "web.http_port"),
        Listen("https", "tcp", web.https_host, web.https_port, "web.https_port"),
        Listen("media", "udp", media.host, media.port, "media.port", MEDIA_BUFFER),
        Listen("sip-trunk-udp", "udp", sip.host, sip.trunk_port, "sip.trunk_port", SIP_BUFFER),
        Listen("sip-trunk-tcp", "tcp", sip.host, sip.trunk_port, "sip.trunk_port"),
        Listen("sip-phone-udp", "udp", sip.host, sip.phone_port, "sip.phone_port", SIP_BUFFER),
        Listen("sip-phone-tcp", "tcp", sip.host, sip.phone_port, "sip.phone_port"),
    ]
    if demo.enabled:
        simulator = Listen("simulator-udp", "udp", "127.0.0.1", demo.simulator_port, "demo.simulator_port", SIP_BUFFER)
        wanted.append(simulator)
    return [listen for listen in wanted if listen.name != "https" or listen.port]
