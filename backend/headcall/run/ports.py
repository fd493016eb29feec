# SPDX-License-Identifier: Apache-2.0
"""Who holds a port: the difference between "address already in use" and knowing what to do."""

import contextlib
from pathlib import Path
from typing import Literal

Kind = Literal["tcp", "udp"]

LONGEST_COMMAND = 60

_LISTEN = "0A"  # /proc/net/tcp, state TCP_LISTEN
_PROC = Path("/proc")


def holder(kind: Kind, port: int) -> str:
    """The process that holds a local port, as in nginx (pid 812); "another process" if we may not see it."""
    wanted = {f"socket:[{inode}]" for inode in _inodes(kind, port)}
    for folder in _PROC.glob("[0-9]*") if wanted else ():
        with contextlib.suppress(OSError):  # not ours to see, or gone meanwhile
            if any(_target(link) in wanted for link in (folder / "fd").iterdir()):
                return f"`{_command(folder)}` (pid {folder.name})"
    return "another process"


def _command(folder: Path) -> str:
    words = (folder / "cmdline").read_text(errors="replace").split("\0")
    return " ".join(words).strip()[:LONGEST_COMMAND] or (folder / "comm").read_text().strip()


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed meanwhile, as the one by which we read the folder
        return ""


def _inodes(kind: Kind, port: int) -> set[str]:
    found = set()
    for table in (_PROC / "net" / kind, _PROC / "net" / f"{kind}6"):
        try:
            rows = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if int(fields[1].rpartition(":")[2], 16) == port and (kind == "udp" or fields[3] == _LISTEN):
                found.add(fields[9])
    return found
