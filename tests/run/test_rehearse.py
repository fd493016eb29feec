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
from headcall.run.rehearsal.check import MUST_BE_ZERO
from headcall.run.rehearsal.report import progress_line, report
from headcall.wire.settings import Rehearsal

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "headcall.run", "rehearse", "--json", "--agents", "5", "--speed", "120")


def test_a_short_day_is_lived_and_checked(tmp_path: Path) -> None:
    command = [*COMMAND, "--hours", "0.2", "--calls", "24", "--keep", str(tmp_path / "kept")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert result.returncode == 0, result.stdout + result.stderr[-3000:]
    found = json.loads(result.stdout.splitlines()[-1])
    assert found["calls"] == 24
    assert found["answered"] > 10
    assert found["rounds"] >= found["answered"], "the model saw who was rung"
    assert 0 < found["offer_ms"]["median"] < 1000, "an offer takes the backend some turns of its event loop"
    history = json.loads((tmp_path / "kept" / "history.json").read_text())
    assert len(history["records"]) == 24
    assert (tmp_path / "kept" / "backend" / "headcall.db").exists()


def test_a_person_reads_what_was_and_what_must_not_have_been() -> None:
    wanted = load(None, sections()).with_values("rehearsal", agents=30, hours=8.0).section(Rehearsal)
    found = {
        **{"calls": 3000, "answered": 2950, "abandoned": 50, "service_level": 0.914},
        **dict.fromkeys(MUST_BE_ZERO, 0),
        **{"wall_s": 483.2, "speed_effective": 60.0, "faults": []},
        "offer_ms": {"median": 12.0, "p99": 40.0, "worst": 90.0},
    }
    text = report(found, wanted)
    assert "3,000 calls on 30 agents in 8:00 hours" in text and "91.4%" in text and "A good day." in text
    found |= {"late_offers": 2, "faults": ["late_offers: call_1: waited beside usr_1"]}
    text = report(found, wanted)
    assert "FAIL      2" in text and "Not a good day: late offers." in text and "waited beside usr_1" in text
    assert "KeyError: why" in report({"failed": "KeyError: why"}, wanted)
    states = {"ready": 4, "ringing": 1, "talking": 22, "wrap_up": 2, "break": 1}
    progress = {"at_s": 12_600, "calls": 1204, "answered": 1180, "waiting": 3, "states": states}
    assert progress_line(progress, 8.0).split()[:6] == ["3:30", "of", "8:00", "1,204", "calls", "1,180"]


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
