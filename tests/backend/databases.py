# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL server for the tests: its own folder, a Unix socket, no TCP port, gone at the end."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SETTINGS = "-c fsync=off -c listen_addresses='' -c shared_buffers=16MB -c max_connections=40"


def binaries() -> Path | None:
    """Where the newest PostgreSQL's programs are, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def postgresql() -> Iterator[str]:
    """Runs a server and gives the URL of its database."""
    programs = binaries()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="headcall-pg-"))
    # The server refuses to run as root; then somebody harmless runs it.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user, user)

    def run(*command: str) -> None:
        subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=60)

    data = folder / "data"
    run(str(programs / "initdb"), "-D", str(data), "-U", "headcall", "-A", "trust", "-E", "UTF8", "--no-sync")
    control = (str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"))
    run(*control, "-o", f"{SETTINGS} -k {folder}", "start")
    try:
        yield f"postgresql+asyncpg://headcall@/postgres?host={folder}"
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
