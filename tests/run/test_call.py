# SPDX-License-Identifier: Apache-2.0
"""`./headcall call`: talks to the running demo, and says plainly when there is none."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from headcall.run import call as calling
from headcall.run.call import CallFailed, call


class Backend(BaseHTTPRequestHandler):
    """As much of the REST interface as the command needs."""

    states: list[str]
    asked: list[tuple[str, str, Any, str]]
    refuse: bool

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else None
        type(self).asked.append((self.command, self.path, body, self.headers.get("Cookie", "")))
        status, reply = self._reply()
        self.send_response(status)
        if self.path.endswith("/session"):
            self.send_header("Set-Cookie", "headcall_session=abc; HttpOnly; Path=/")
        text = json.dumps(reply).encode()
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _reply(self) -> tuple[int, dict[str, Any]]:
        if type(self).refuse and self.path.endswith("/simulator/calls"):
            return 404, {"error": {"cause": "not-found"}}
        if self.command == "POST":
            return 200, {"simulated_id": "line_1"}
        state = type(self).states.pop(0)
        return 200, {"calls": [{"simulated_id": "line_1", "state": state, "sip_status": 404}]}

    do_GET = do_POST = do_DELETE = _answer

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@contextmanager
def demo(data: Path, states: list[str], *, refuse: bool = False) -> Iterator[type[Backend]]:
    handler = type("Handler", (Backend,), {"states": states, "asked": [], "refuse": refuse})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (data / "run").mkdir()
    line = {"web": f"http://localhost:{server.server_port}", "admin": {"login": "admin", "password": "x"}}
    (data / "run" / "demo.json").write_text(json.dumps(line))
    try:
        yield handler
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "PAUSE_S", 0.0)


def test_a_call_is_placed_and_its_way_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with demo(tmp_path, ["dialling", "dialling", "ringing", "talking", "ended"]) as backend:
        assert call(tmp_path, {"number": "4008-123456"}) == 0
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == [
        *("dialling", "ringing", "talking", "ended")
    ]
    assert backend.asked[0][:3] == ("POST", "/api/v1/session", {"login": "admin", "password": "x"})
    assert backend.asked[1] == ("POST", "/api/v1/simulator/calls", {"number": "4008-123456"}, "headcall_session=abc")


def test_a_call_that_nobody_answers_fails_with_its_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with demo(tmp_path, ["dialling", "ended"]):
        assert call(tmp_path, {"number": "1"}) == 1
    assert "ended (SIP 404)" in capsys.readouterr().out


def test_no_demo_is_said_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(CallFailed, match=r"no demo is running .* `\./headcall demo`"):
        call(tmp_path, {})


def test_a_demo_that_has_gone_is_said(tmp_path: Path) -> None:
    with demo(tmp_path, []):
        pass
    with pytest.raises(CallFailed, match="does not answer"):
        call(tmp_path, {})


def test_a_refusal_is_shown(tmp_path: Path) -> None:
    with demo(tmp_path, [], refuse=True), pytest.raises(CallFailed, match="refused with 404"):
        call(tmp_path, {})
