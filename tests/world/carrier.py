# SPDX-License-Identifier: Apache-2.0
"""A carrier: a real Kamailio that a trunk registers with (tests/data/interop/carrier.cfg)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from tests.world.baresip import free_ports, program

CONFIG = Path(__file__).resolve().parents[1] / "data" / "interop" / "carrier.cfg"


@dataclass
class Carrier:
    port: int
    far_end: int
    """UDP port on 127.0.0.1 where its calls out arrive."""
    log: Path


@contextlib.asynccontextmanager
async def carrier(folder: Path, far_end: int) -> AsyncIterator[Carrier]:
    """Starts it and waits until it listens."""
    kamailio = program("kamailio", "kamailio")
    folder.mkdir(parents=True, exist_ok=True)
    here = Carrier(free_ports(2), far_end, folder / "log")
    config = folder / "carrier.cfg"
    text = CONFIG.read_text().replace("@PORT@", str(here.port)).replace("@FAREND@", str(far_end))
    config.write_text(text.replace("@RUN@", str(folder)))
    with here.log.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(kamailio, "-f", str(config), "-DD", "-E", "-m", "64", "-M", "8", "-Y", str(folder)),
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
            cwd=folder,
        )
    try:
        await _listens(here, process)
        yield here
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()
                await process.wait()


async def _listens(here: Carrier, process: asyncio.subprocess.Process) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", here.port)
            writer.close()
            await writer.wait_closed()
            return
        assert process.returncode is None, f"kamailio ended at once:\n{here.log.read_text()[-3000:]}"
        await asyncio.sleep(0.1)
    raise AssertionError(f"kamailio does not listen:\n{here.log.read_text()[-3000:]}")
