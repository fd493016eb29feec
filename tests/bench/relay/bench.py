# SPDX-License-Identifier: Apache-2.0
"""CPU time per two-way G.711 call: the engine's pass-through against a bare relay of the same packets.

Run from the root of the repository: `python tests/bench/relay/bench.py [CALLS [SECONDS]]`. The ratio is the figure that
counts; both halves run in one go on the same machine.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from headcall_engine import Engine

HERE = Path(__file__).parent
CODECS = [("PCMA", 8, 8000, 1), ("telephone-event", 101, 8000, 1)]


def cpu_seconds(process: int, thread: str) -> float:
    """What a thread has used, by the scheduler's nanoseconds."""
    for task in Path(f"/proc/{process or 'self'}/task").iterdir():
        if (task / "comm").read_text().strip() == thread:
            return int((task / "schedstat").read_text().split()[0]) / 1e9
    raise LookupError(thread)


def run(calls: int, seconds: int, connect: Callable[[list[int]], list[int]], cpu: Callable[[], float]) -> float:
    """Microseconds of CPU per packet passed on, under the load of so many calls."""
    with subprocess.Popen(
        [HERE / "target/release/load", str(calls), str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as load:
        assert load.stdin
        assert load.stdout
        ports = [int(port) for port in load.stdout.readline().split()]
        before = cpu()
        load.stdin.write(" ".join(str(port) for port in connect(ports)) + "\n")
        load.stdin.flush()
        sent, received = (int(count) for count in load.stdout.read().split())
        used = cpu() - before
    assert received > 0.98 * sent, f"of {sent} packets only {received} came through"
    return used / received * 1e6


def bare(calls: int, seconds: int) -> float:
    command = [str(HERE / "target/release/relay"), str(calls)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as relay:
        assert relay.stdout
        targets = [int(port) for port in relay.stdout.readline().split()]
        try:
            return run(calls, seconds, lambda _: targets, lambda: cpu_seconds(relay.pid, "relay"))
        finally:
            relay.kill()


def engine(calls: int, seconds: int) -> float:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as media:
        media.bind(("127.0.0.1", 0))
        made = Engine(udp_fd=media.fileno(), plain_host="127.0.0.1", plain_ports=(20_000, 29_999))

        def connect(ports: list[int]) -> list[int]:
            opened = [made.open_plain(f"leg{n}", CODECS)[1] for n in range(len(ports))]
            for n, port in enumerate(ports):
                made.set_plain_remote(f"leg{n}", "127.0.0.1", port, CODECS, True)
                made.hear(f"leg{n}", ("leg", f"leg{n ^ 1}"))
            return opened

        try:
            return run(calls, seconds, connect, lambda: cpu_seconds(0, "headcall-engine"))
        finally:
            made.close()


def main() -> None:
    calls, seconds = (int(text) for text in (*sys.argv[1:], "100", "5")[:2])
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=HERE, check=True)
    relay, ours = bare(calls, seconds), engine(calls, seconds)
    figures = {
        "calls": calls,
        "relay_us_per_packet": round(relay, 2),
        "engine_us_per_packet": round(ours, 2),
        "ratio": round(ours / relay, 2),
        "engine_percent_of_a_core_per_100_calls": round(ours * 100 * 100 / 1e4, 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
