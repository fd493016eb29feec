# SPDX-License-Identifier: Apache-2.0
"""A short day, whole: real processes and real signalling, some dozens of calls."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headcall.backend.rehearsal.company import refuse_real_trunks
from headcall.kit.role import CannotStart
from headcall.kit.settings import load
from headcall.run.assemble import sections

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "headcall.run", "rehearse", "--json", "--agents", "5", "--speed", "120")


def test_a_short_day_is_lived_and_checked() -> None:
    result = subprocess.run(
        [*COMMAND, "--hours", "0.2", "--calls", "24"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr[-3000:]
    found = json.loads(result.stdout.splitlines()[-1])
    assert found["calls"] == 24
    assert found["answered"] > 10


def test_sigterm_ends_it_clean() -> None:
    process = subprocess.Popen([*COMMAND, "--hours", "8"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr is not None
    until = time.monotonic() + 20
    while b" calls " not in process.stderr.readline() and time.monotonic() < until:
        pass
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 1  # the day was not lived to its end


def test_a_fast_clock_never_meets_a_real_carrier() -> None:
    settings = load(None, sections()).with_values("carrier", host="sip.example")
    with pytest.raises(CannotStart, match="carrier"):
        refuse_real_trunks(settings.with_values("demo", enabled=True))
    with pytest.raises(CannotStart, match="own"):
        refuse_real_trunks(load(None, sections()))
