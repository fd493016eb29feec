# SPDX-License-Identifier: Apache-2.0
"""`./headcall doctor`: what is missing or wrong, and how to mend it. Changes nothing."""

import hashlib
import importlib
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from headcall.kit.settings import SettingsError, load
from headcall.run import assemble
from headcall.run.ports import Kind, holder

ROOT: Final = Path(__file__).resolve().parents[3]
LEAST_DISK: Final = 1 << 30
LEAST_BUFFER: Final = 1 << 20


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    what: str
    wrong: str = ""
    """Empty if all is well."""
    mend: str = ""
    is_grave: bool = True
    """Whether the system cannot work like this."""


def examine(config: Path | None, base_port: int) -> int:
    """Prints all findings; 1 if one of them is grave."""
    grave = 0
    checks: list[Callable[[], Iterator[Finding]]] = [
        python, modules, engine, pages, programs, lambda: settings(config), lambda: ports(base_port), machine,
    ]  # fmt: skip
    for check in checks:
        for finding in check():
            grave += bool(finding.wrong and finding.is_grave)
            print(_line(finding))
    print("\nAll is well." if not grave else f"\n{grave} thing{'s' * (grave > 1)} to mend.")
    return 1 if grave else 0


def _line(finding: Finding) -> str:
    if not finding.wrong:
        return f"  ok    {finding.what}"
    mark = "WRONG" if finding.is_grave else "note "
    return f"  {mark} {finding.what}: {finding.wrong}\n        → {finding.mend}"


def python() -> Iterator[Finding]:
    """The interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    wrong = "" if sys.version_info >= (3, 11) else "3.11 or newer is needed"
    yield Finding(f"Python {version}", wrong, "install python3 of Debian 12 or newer")


def modules() -> Iterator[Finding]:
    """What Python must be able to import."""
    names = ["aiortc", "alembic", "argon2", "av", "cryptography", "fastapi", "msgspec", "redis", "socketio"]
    names += ["sqlalchemy", "uvicorn", *(kind.module for kind in assemble.KINDS.values())]
    broken = []
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError as error:
            broken.append(f"{name} ({error})")
    mend = "remove the folder .venv and run `./headcall doctor` again; it installs what requirements.lock names"
    yield Finding(f"{len(names)} Python modules", ", ".join(broken), mend)


def engine() -> Iterator[Finding]:
    """The Rust engine: there, and built from the sources that are there."""
    try:
        built = importlib.import_module("headcall_engine").source_digest()
    except ImportError as error:
        yield Finding("packet engine", f"cannot be imported: {error}", "run `./headcall build`")
        return
    sources = ROOT / "sfu" / "engine" / "src"
    wrong = "" if not sources.is_dir() or built == digest_of(sources) else "was built from other sources"
    yield Finding("packet engine", wrong, "run `./headcall build`", is_grave=False)


def digest_of(folder: Path) -> str:
    """SHA-256 over the sources, as the engine's build makes it."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.rs")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def pages() -> Iterator[Finding]:
    """The built frontend."""
    index = ROOT / "frontend" / "dist" / "index.html"
    yield Finding("pages", "" if index.exists() else "are not built", "run `./headcall build`")


def programs() -> Iterator[Finding]:
    """Programs of the system."""
    found = shutil.which("espeak-ng")
    yield Finding("espeak-ng (spoken prompts)", "" if found else "is not installed", "apt-get install espeak-ng")


def settings(config: Path | None) -> Iterator[Finding]:
    """The settings file and the environment."""
    name = f"settings ({config})" if config else "settings (environment)"
    try:
        load(config, assemble.sections())
    except SettingsError as error:
        yield Finding(name, str(error), "correct it there; config.example.toml explains every setting")
    else:
        yield Finding(name)


def ports(base_port: int) -> Iterator[Finding]:
    """The ports of the demo."""
    wanted: list[tuple[Kind, int]] = [
        ("tcp", base_port), ("tcp", base_port + 1), ("udp", base_port + 2), ("udp", base_port + 3),
        ("tcp", base_port + 3), ("udp", base_port + 4), ("tcp", base_port + 4), ("udp", base_port + 5),
    ]  # fmt: skip
    taken = [f"{kind} {port} by {holder(kind, port)}" for kind, port in wanted if not _is_free(kind, port)]
    mend = "if it is no running demo of yours: end it, or start with --base-port"
    yield Finding(f"ports {base_port} to {base_port + 5}", "; ".join(taken), mend, is_grave=False)


def _is_free(kind: Kind, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as sock:
        if kind == "tcp":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True


def machine() -> Iterator[Finding]:
    """Disk, buffers, microphones' need of TLS: the rest."""
    free = shutil.disk_usage(ROOT).free
    wrong = "" if free > LEAST_DISK else f"only {free >> 20} MiB are free"
    yield Finding("disk", wrong, "recordings need room: free some", is_grave=False)
    try:
        limit = int(Path("/proc/sys/net/core/rmem_max").read_text())
    except (OSError, ValueError):
        return
    wrong = "" if limit >= LEAST_BUFFER else f"net.core.rmem_max is {limit}: a burst may be lost under heavy load"
    yield Finding("socket buffers", wrong, "sysctl -w net.core.rmem_max=8388608", is_grave=False)
