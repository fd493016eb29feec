# SPDX-License-Identifier: Apache-2.0
"""One process of a role, with the two pipes that join it to the supervisor.

HEADCALL_READY_FD   from it: `ready` once, `alive` every second
HEADCALL_GO_FD      to it: whoever is started to wait gets its word here, or the pipe's end if it is not needed
"""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

GO = b"go"


@dataclass(frozen=True)
class Program:
    """What is started: the same for every life of a role."""

    command: Sequence[str]
    environ: Mapping[str, str]
    fds: Mapping[str, socket.socket]
    errors: IO[bytes] | None = None
    """Where its log goes; None: to ours."""

    async def start(self) -> "Process":
        """A new process, that waits for `go`."""
        heard, its_voice = os.pipe()
        its_ear, word = os.pipe()
        numbers = {name: sock.fileno() for name, sock in self.fds.items()}
        environ = {
            **self.environ,
            "HEADCALL_FDS": json.dumps(numbers),
            "HEADCALL_READY_FD": str(its_voice),
            "HEADCALL_GO_FD": str(its_ear),
            "HEADCALL_PARENT": str(os.getpid()),
        }
        try:
            inner = await asyncio.create_subprocess_exec(
                *self.command,
                env=environ,
                pass_fds=(*numbers.values(), its_voice, its_ear),
                stdin=subprocess.DEVNULL,
                stdout=self.errors if self.errors else sys.stderr,
                stderr=self.errors,
            )
        except BaseException:
            os.close(heard)
            os.close(word)
            raise
        finally:
            os.close(its_voice)
            os.close(its_ear)
        return Process(inner, heard, word)


class Process:
    """A process that has been started."""

    def __init__(self, inner: asyncio.subprocess.Process, heard: int, word: int) -> None:
        self._inner = inner
        self._heard = heard
        self._word = word
        self._is_heard = False
        self.pid = inner.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._inner.returncode is None

    def go(self, on_words: Callable[[bytes], None]) -> None:
        """Lets it work; what it says goes to `on_words`."""
        os.set_blocking(self._heard, False)
        asyncio.get_running_loop().add_reader(self._heard, self._listen, on_words)
        self._is_heard = True
        with contextlib.suppress(OSError):  # it has ended: its exit is seen by whoever waits
            os.write(self._word, GO)

    def _listen(self, on_words: Callable[[bytes], None]) -> None:
        with contextlib.suppress(BlockingIOError):
            words = os.read(self._heard, 4096)
            if words:
                on_words(words)
            else:  # it closed its end: only its exit follows
                self._deafen()

    def _deafen(self) -> None:
        if self._is_heard:
            self._is_heard = False
            asyncio.get_running_loop().remove_reader(self._heard)

    def signal(self, number: int) -> None:
        """Sends a signal, if it still runs."""
        with contextlib.suppress(ProcessLookupError):
            self._inner.send_signal(number)

    async def wait(self) -> int:
        """Its exit code; negative if a signal ended it."""
        return await self._inner.wait()

    def close(self) -> None:
        """Forgets it, after its end."""
        self._deafen()
        os.close(self._heard)
        os.close(self._word)
