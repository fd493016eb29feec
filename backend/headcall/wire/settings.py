# SPDX-License-Identifier: Apache-2.0
"""The settings that more than one role reads. Read one with `ctx.settings.section(Site)`.

A role may keep further sections of its own beside itself; `headcall.run.assemble` lists them all.
"""

from dataclasses import dataclass
from typing import ClassVar

from headcall.kit.settings import Section, in_order, setting

__all__ = [
    "SECTIONS",
    "Demo",
    "Log",
    "Media",
    "Rehearsal",
    "Sip",
    "Site",
    "Store",
    "Web",
]


@dataclass(frozen=True)
class Site:
    """Who we are and where others reach us."""

    SECTION: ClassVar[str] = "site"
    name: str = setting("HeadCall", "Name of the company, shown on the log-in page")
    domain: str = setting("headcall.local", "SIP domain of our own telephones and realm of their passwords")
    language: str = setting("zh", "Language of prompts when nothing better is known", one_of=("zh", "en"))
    time_zone: str = setting("Asia/Shanghai", "Whose days and hours count in statistics and reports")
    addresses: tuple[str, ...] = setting(
        (), "IP addresses at which browsers, phones and trunks reach this machine; empty: its own addresses"
    )


@dataclass(frozen=True)
class Web:
    """Pages and interfaces."""

    SECTION: ClassVar[str] = "web"
    http_port: int = setting(8400, "TCP port of the web server, for this machine only", low=1, high=65535)
    https_port: int = setting(8401, "TCP port with TLS, for everyone; 0 switches it off", low=0, high=65535)
    https_host: str = setting("0.0.0.0", "Address on which the TLS port listens")
    certificate: str = setting("", "PEM file with the certificate chain; empty: one is made")
    certificate_key: str = setting("", "PEM file with the key of the certificate")
    pages: str = setting("", "Folder of the built pages; empty: the one of this installation")


@dataclass(frozen=True)
class Media:
    """Where speech travels."""

    SECTION: ClassVar[str] = "media"
    port: int = setting(8402, "UDP port of all browsers' media", low=1, high=65535)
    host: str = setting("0.0.0.0", "Address on which the browsers' media port listens")
    plain_host: str = setting("", "Address for RTP with phones and trunks; empty: the first of site.addresses")
    plain_low: int = setting(8500, "First UDP port for RTP with phones and trunks (even)", low=1024, high=65534)
    plain_high: int = setting(8699, "Last UDP port for RTP; each call leg takes two", low=1025, high=65535)

    def __post_init__(self) -> None:
        in_order(self, "plain_low", "plain_high")


@dataclass(frozen=True)
class Sip:
    """SIP with trunks and with our own telephones, on two different ports."""

    SECTION: ClassVar[str] = "sip"
    host: str = setting("0.0.0.0", "Address on which both SIP ports listen")
    trunk_port: int = setting(8403, "UDP and TCP port for trunks", low=1, high=65535)
    phone_port: int = setting(8404, "UDP and TCP port for our telephones: the registrar", low=1, high=65535)


@dataclass(frozen=True)
class Store:
    """Where things are kept. Empty values mean embedded mode: no other server is needed."""

    SECTION: ClassVar[str] = "store"
    database_url: str = setting("", "PostgreSQL, as in postgresql+asyncpg://user:password@host/name; empty: SQLite")
    redis_url: str = setting("", "Redis, as in redis://host:6379/0, joins several machines; empty: this machine alone")


@dataclass(frozen=True)
class Log:
    """What is written to standard error."""

    SECTION: ClassVar[str] = "log"
    level: str = setting("info", "The least important kind of line", one_of=("debug", "info", "warning", "error"))
    style: str = setting("console", "For people or for programs", one_of=("console", "json"))


@dataclass(frozen=True)
class Demo:
    """The sample company. Set by `./headcall demo`, not meant for a file."""

    SECTION: ClassVar[str] = "demo"
    enabled: bool = setting(False, "Whether the sample company is created and calls can be simulated")
    passwords: dict[str, str] = setting({}, "Log-in name to password")  # noqa: RUF009
    sip_passwords: dict[str, str] = setting({}, "SIP user to password")  # noqa: RUF009
    simulator_port: int = setting(8405, "UDP port of the simulated public network, on 127.0.0.1", low=0, high=65535)


@dataclass(frozen=True)
class Rehearsal:
    """A company's day in minutes. Set by `./headcall rehearse`, not meant for a file."""

    SECTION: ClassVar[str] = "rehearsal"
    speed: float = setting(
        0.0, "How many times as fast as the machine's its calendar runs at most; 0: no rehearsal", low=0, high=1000
    )
    began_at_ms: int = setting(0, "When it began, milliseconds since 1970", low=0, high=1 << 53)
    calls: int = setting(100, "Calls of the day", low=1, high=100_000)
    agents: int = setting(5, "Agents at work", low=1, high=500)
    hours: float = setting(1.0, "Length of the day", low=0.01, high=24)
    seed: int = setting(1, "Of all chance")
    password: str = setting("", "Of all its people")


SECTIONS: tuple[type[Section], ...] = (Site, Web, Media, Sip, Store, Log, Demo, Rehearsal)
