# SPDX-License-Identifier: Apache-2.0
"""Who holds a port: the difference between "address already in use" and knowing what to do."""

from pathlib import Path
from typing import Literal

Kind = Literal["tcp", "udp"]

_LISTEN = "0A"  # /proc/net/tcp, state TCP_LISTEN
_PROC = Path("/proc")


def holder(kind: Kind, port: int) -> str:
    """The process that holds a local port, as in `nginx (pid 812)`; "another process" if we may not see it."""
    inodes = _inodes(kind, port)
    for folder in _PROC.glob("[0-9]*"):
        try:
            links = [str(link.readlink()) for link in (folder / "fd").iterdir()]
            if any(f"socket:[{inode}]" in links for inode in inodes):
                return f"{(folder / 'comm').read_text().strip()} (pid {folder.name})"
        except OSError:  # not ours to see, or gone meanwhile
            continue
    return "another process"


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
