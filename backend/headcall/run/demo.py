# SPDX-License-Identifier: Apache-2.0
"""The sample company, up and running by one command, for people and for programs.

<data>/passwords.json      random, made once per data folder, readable by us only
<data>/run/demo.json       what `--json` prints, while the demo runs; `./headcall call` reads it
"""

import asyncio
import contextlib
import http.client
import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from headcall.backend.sample import DID, PEOPLE, QUEUE_NUMBER, SWITCHBOARD, Someone
from headcall.kit.addresses import own_addresses
from headcall.kit.settings import Settings
from headcall.run.supervisor import Supervisor, write_private
from headcall.wire.settings import Sip, Site, Web

DEFAULT_DATA: Final = Path("data/demo")
HEALTH_LIMIT_S: Final = 20.0
PORTS: Final = 300
"""From the base: web, TLS, media, trunks, phones, simulator, then from +100 the RTP of telephones."""
RTP_FROM: Final = 100


@dataclass(frozen=True)
class Passwords:
    """Of log-ins and of telephones."""

    logins: dict[str, str]
    sip: dict[str, str]


def passwords_of(data: Path) -> Passwords:
    """Those of this data folder, made when they are first asked for."""
    path = data / "passwords.json"
    with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Passwords(dict(kept["logins"]), dict(kept["sip"]))
    made = Passwords(
        {someone.login: secrets.token_urlsafe(9) for someone in PEOPLE},
        {someone.number: secrets.token_urlsafe(12) for someone in PEOPLE if someone.number},
    )
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(path, json.dumps({"logins": made.logins, "sip": made.sip}, indent=1))
    return made


def demo_settings(settings: Settings, passwords: Passwords, *, base_port: int, lan: bool) -> Settings:
    """The settings of the demo: all ports from one base, other machines only if wanted."""
    host = "0.0.0.0" if lan else "127.0.0.1"
    settings = settings.with_values("web", http_port=base_port, https_port=base_port + 1 if lan else 0)
    settings = settings.with_values(
        "media", port=base_port + 2, plain_low=base_port + RTP_FROM, plain_high=base_port + PORTS - 1
    )
    settings = settings.with_values("sip", trunk_port=base_port + 3, phone_port=base_port + 4, host=host)
    if not lan:
        settings = settings.with_values("media", plain_host="127.0.0.1")
    return settings.with_values(
        "demo",
        enabled=True,
        passwords=passwords.logins,
        sip_passwords=passwords.sip,
        simulator_port=base_port + 5,
    )


def description(supervisor: Supervisor, passwords: Passwords) -> dict[str, Any]:
    """What a program needs to know of a running demo. The names in it are a contract."""
    settings = supervisor.settings
    web, sip, site = settings.section(Web), settings.section(Sip), settings.section(Site)
    addresses = site.addresses or own_addresses()

    def person(someone: Someone) -> dict[str, str]:
        return {
            "login": someone.login,
            "name": someone.name,
            "password": passwords.logins[someone.login],
            "number": someone.number,
            "sip_user": someone.number,
            "sip_password": passwords.sip.get(someone.number, ""),
        }

    def pid(name: str) -> int:
        return supervisor.children[name].pid

    admin = next(someone for someone in PEOPLE if "admin" in someone.roles)
    return {
        "web": f"http://localhost:{web.http_port}",
        "https": [f"https://{address}:{web.https_port}" for address in addresses] if web.https_port else [],
        "sip": {
            "trunk": f"127.0.0.1:{sip.trunk_port}",
            "registrar": f"127.0.0.1:{sip.phone_port}",
            "domain": site.domain,
        },
        "numbers": {"400": DID, "queue": QUEUE_NUMBER, "switchboard": SWITCHBOARD},
        "agents": [person(someone) for someone in PEOPLE if someone.agent_number],
        "employees": [person(someone) for someone in PEOPLE if someone.number and not someone.agent_number],
        "admin": {"login": admin.login, "password": passwords.logins[admin.login]},
        "pids": {
            "supervisor": os.getpid(),
            "backend": pid("backend"),
            "sfu": [pid("sfu-1")],
            "sip-bridge": pid("sip-1"),
            "simulator": pid("simulator-1"),
        },
        "data": str(supervisor.data),
    }


async def healthy(port: int, stop: asyncio.Event) -> dict[str, str]:
    """Waits until every part says it is well; what is still wrong after a while, by part."""
    problems: dict[str, str] = {}
    loop = asyncio.get_running_loop()
    until = loop.time() + HEALTH_LIMIT_S
    while loop.time() < until and not stop.is_set():
        problems = await asyncio.to_thread(_problems, port)
        if not problems:
            return {}
        await asyncio.sleep(0.1)
    return problems


def _problems(port: int) -> dict[str, str]:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/health")
        found: dict[str, str] = json.loads(connection.getresponse().read()).get("problems", {})
    except (OSError, http.client.HTTPException, ValueError) as error:
        return {"web": f"does not answer: {error}"}
    return found


@dataclass(frozen=True)
class Greeting:
    """What is shown once everything is there."""

    passwords: Passwords
    as_json: bool

    async def __call__(self, supervisor: Supervisor) -> None:
        problems = await healthy(supervisor.settings.section(Web).http_port, supervisor.stop)
        described = description(supervisor, self.passwords)
        write_private(supervisor.data / "run" / "demo.json", json.dumps(described, ensure_ascii=False))
        if self.as_json:
            print(json.dumps(described, ensure_ascii=False), flush=True)
        else:
            print(sheet(described, problems), flush=True)
        for part, text in problems.items():
            print(f"warning: {part}: {text}", file=sys.stderr, flush=True)


def _data_word(data: str) -> str:
    return "" if Path(data) == DEFAULT_DATA.resolve() else f" --data {data}"


def sheet(described: dict[str, Any], problems: dict[str, str]) -> str:
    """Addresses and log-ins, for a person."""
    lines = ["", "  HeadCall is ready." if not problems else "  HeadCall runs, but not everything is well.", ""]
    lines.append(f"  On this machine      {described['web']}")
    for address in described["https"]:
        lines.append(f"  From other machines  {address}   (certificate of our own: accept it once)")
    lines += ["", "  Log-in     Password        Number          Who", "  " + "─" * 58]
    people = [*described["agents"], *described["employees"], {**described["admin"], "name": "administrator"}]
    for one in people:
        number = f"{one['number'][:-4]}-{one['number'][-4:]}" if one.get("number") else ""
        lines.append(f"  {one['login']:<10} {one['password']:<15} {number:<15} {one.get('name', '')}")
    sip = described["sip"]
    lines += [
        "",
        f"  Telephones register at {sip['registrar']} (domain {sip['domain']}), trunks call {sip['trunk']}.",
        f"  Their passwords are in {described['data']}/passwords.json.",
        "",
        f"  A customer calls:    ./headcall call 4008-123456{_data_word(described['data'])}",
        "  Stop:                Ctrl-C",
        "",
    ]
    return "\n".join(lines)
