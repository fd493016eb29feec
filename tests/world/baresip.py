# SPDX-License-Identifier: Apache-2.0
"""A real baresip without a sound card: it plays a file, keeps what it hears as WAV, and is driven over TCP.

async with Baresip(folder, "83012341001", password, "127.0.0.1:8404", hertz=980) as phone:
    await phone.registered()
    await phone.dial("4008123456")
    await phone.event("CALL_ESTABLISHED")
    ...
    assert abs(phone.pitch_heard() - 620) < 8

What Debian's baresip 1.0.0 needs to know: it binds SIP port + 1 too (TLS), reads MD5 challenges only, plays by `aufile`
as a *source* and swallows sound in `aubridge`; `sndfile` writes what is heard to `dump-…-dec.wav`, with a right header
only once the call is over. `mwi.so` can go mad; it stays out.
"""

import asyncio
import contextlib
import itertools
import json
import shutil
import socket
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

RATE: Final = 8000
_NUMBERS = itertools.count(1)

_CONFIG: Final = """\
poll_method             epoll
sip_listen              {host}:{sip_port}
call_local_timeout      60
call_max_calls          8
audio_player            aubridge,sink_{name}
audio_source            aufile,{wav}
audio_alert             aubridge,alert_{name}
ausrc_srate             8000
auplay_srate            8000
ausrc_channels          1
auplay_channels         1
audio_txmode            poll
audio_level             no
ausrc_format            s16
auplay_format           s16
snd_path                {folder}
rtp_tos                 184
rtp_ports               {rtp_low}-{rtp_high}
rtcp_mux                no
jitter_buffer_delay     5-10
rtp_stats               yes
rtp_timeout             0
net_interface           {host}
module_path             {modules}
module                  g711.so
module                  g722.so
module                  aufile.so
module                  aubridge.so
module                  sndfile.so
module_tmp              uuid.so
module_tmp              account.so
module_app              menu.so
module_app              ctrl_tcp.so
ctrl_tcp_listen         127.0.0.1:{control_port}
module_app              debug_cmd.so
menu_bell               no
redial_attempts         0
"""


class BaresipFailed(AssertionError):
    """It did not do what it was told; the text holds the end of its log."""


def free_ports(count: int) -> int:
    """The first of some neighbouring UDP and TCP ports that nobody uses."""
    for base in range(36000 + 40 * (next(_NUMBERS) % 100), 60000, 40):
        if all(_is_free(port) for port in range(base, base + count)):
            return base
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def program(name: str, package: str) -> str:
    """The path of a program that interop tests need. Never skipped: a missing one is a failure that says what to do."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/bin")
    assert path, f"{name} is missing: `apt-get install {package}` (`./headcall test` does that)"
    return path


def write_tone(path: Path, hertz: float, seconds: float) -> None:
    """A steady tone, 8 kHz mono."""
    times = np.arange(int(RATE * seconds)) / RATE
    samples = np.rint(10_000 * np.sin(2 * np.pi * hertz * times)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


@dataclass
class Baresip:
    """One telephone with one account; `async with` starts and ends it."""

    folder: Path
    user: str
    password: str
    registrar: str
    """`host:port`; requests go there whatever the domain."""
    domain: str = "headcall.local"
    transport: Literal["udp", "tcp"] = "udp"
    hertz: float = 980.0
    """What it says, for `seconds`; or else the 8 kHz mono file `wav`."""
    seconds: float = 120.0
    wav: Path | None = None
    codecs: str = "pcma/8000/1,pcmu/8000/1"
    registers: bool = True
    """False: it calls without an account, as the far end of a trunk does."""
    events: list[dict[str, Any]] = field(default_factory=list)
    sip_port: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _answers: "asyncio.Queue[dict[str, Any]]" = field(default_factory=asyncio.Queue)
    _process: asyncio.subprocess.Process | None = None
    _control: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    _reading: "asyncio.Task[None] | None" = None

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.wav is None:
            self.wav = self.folder / "says.wav"
            write_tone(self.wav, self.hertz, self.seconds)
        base = self.sip_port = free_ports(30)
        config = _CONFIG.format(
            host="127.0.0.1",
            sip_port=base,
            name=self.user,
            wav=self.wav,
            folder=self.folder,
            rtp_low=base + 10,
            rtp_high=base + 29,
            modules="/usr/lib/baresip/modules",
            control_port=base + 5,
        )
        (self.folder / "config").write_text(config)
        (self.folder / "accounts").write_text(self._account() + "\n")
        (self.folder / "contacts").write_text("")
        await self._start(base + 5)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _account(self) -> str:
        return (
            f"<sip:{self.user}@{self.domain};transport={self.transport}>"
            f";auth_user={self.user};auth_pass={self.password}"
            f';outbound="sip:{self.registrar};transport={self.transport}"'
            f";regint={300 if self.registers else 0};answermode=manual;audio_codecs={self.codecs}"
        )

    async def _start(self, control_port: int) -> None:
        with (self.folder / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *("stdbuf", "-oL", program("baresip", "baresip-core"), "-f", str(self.folder), "-v", "-s"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                cwd=self.folder,
            )
        for _ in range(100):
            await asyncio.sleep(0.1)
            with contextlib.suppress(OSError):
                self._control = await asyncio.open_connection("127.0.0.1", control_port)
                break
            if self._process.returncode is not None:
                raise BaresipFailed(f"baresip ended at once:\n{self.log()}")
        else:
            raise BaresipFailed(f"baresip's control port does not open:\n{self.log()}")
        self._reading = asyncio.get_running_loop().create_task(self._read(self._control[0]))

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), 5)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._reading is not None:
            self._reading.cancel()
        if self._control is not None:
            self._control[1].close()

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""

    # ------------------------------------------------------------ control

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, ValueError):
            while True:
                length = int((await reader.readuntil(b":"))[:-1])
                message = json.loads((await reader.readexactly(length + 1))[:-1])
                if message.get("event"):
                    self.events.append(message)
                    self._changed.set()
                else:
                    self._answers.put_nowait(message)

    async def do(self, command: str, params: str = "") -> str:
        """One command of baresip's menu, and what it says."""
        assert self._control is not None
        data = json.dumps({"command": command, "params": params, "token": "t"}).encode()
        self._control[1].write(b"%d:%s," % (len(data), data))
        async with asyncio.timeout(5):
            answer = await self._answers.get()
        return str(answer.get("data", ""))

    async def event(self, kind: str, within: float = 10.0) -> dict[str, Any]:
        """The next event of this type (`CALL_INCOMING`, `CALL_ESTABLISHED`, `CALL_CLOSED` …); it is used up."""
        try:
            async with asyncio.timeout(within):
                while True:
                    for found in self.events:
                        if found.get("type") == kind:
                            self.events.remove(found)
                            return found
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            seen = [event.get("type") for event in self.events]
            raise BaresipFailed(f"{self.user}: no {kind} in {within} s, only {seen}\n{self.log()}") from None

    async def registered(self, within: float = 10.0) -> None:
        """It may have been told so before we listened, so it is asked."""
        async with asyncio.timeout(within):
            while "OK" not in await self.do("reginfo"):
                await asyncio.sleep(0.1)

    async def dial(self, number: str) -> None:
        await self.do("dial", number if number.startswith("sip:") else f"sip:{number}@{self.registrar}")

    async def answer(self) -> None:
        await self.do("accept")

    async def hang_up(self) -> None:
        await self.do("hangup")

    async def hold(self, on: bool) -> None:
        await self.do("hold" if on else "resume")

    async def press(self, keys: str) -> None:
        """RFC 4733; \\x04 releases the key."""
        for key in keys:
            await self.do("sndcode", key)
            await asyncio.sleep(0.15)
            await self.do("sndcode", "\x04")
            await asyncio.sleep(0.1)

    # ------------------------------------------------------------ what it has heard

    def heard(self) -> NDArray[np.int16]:
        """All that it has heard so far, 8 kHz. The headers of files still being written are not believed."""
        files = sorted(self.folder.glob("dump-*-dec.wav"), key=lambda path: path.stat().st_mtime)
        parts = [
            np.frombuffer(path.read_bytes()[44 : 44 + (path.stat().st_size - 44) // 2 * 2], "<i2") for path in files
        ]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def pitch_heard(self, last_s: float = 1.0) -> float:
        """The strongest tone of the last second heard, hertz; 0 for silence."""
        samples = self.heard()[-int(RATE * last_s) :].astype(np.float64)
        if samples.size < RATE // 4 or np.sqrt(np.mean(samples**2)) < 100:
            return 0.0
        power = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
        return float(np.argmax(power)) * RATE / samples.size
