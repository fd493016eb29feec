# SPDX-License-Identifier: Apache-2.0
"""`./headcall call 4008-123456`: has the running demo's simulated customer dial, and tells how it goes."""

import http.client
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PAUSE_S = 0.3


class CallFailed(Exception):
    """The call could not be placed; the text says why and what to do."""


@dataclass
class Api:
    """The REST interface of a running demo, as its administrator."""

    connection: http.client.HTTPConnection
    cookie: str = ""

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request. Raises `CallFailed`."""
        headers = {"X-HeadCall": "1", "Content-Type": "application/json", "Cookie": self.cookie}
        try:
            self.connection.request(method, f"/api/v1{path}", json.dumps(body) if body else None, headers)
            response = self.connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise CallFailed(f"the demo does not answer ({error}). Is it still running?") from error
        if response.status >= 400:
            raise CallFailed(f"{method} {path} was refused with {response.status}: {text.decode(errors='replace')}")
        if cookie := response.getheader("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        answer: dict[str, Any] = json.loads(text) if text else {}
        return answer


def connect(data: Path) -> Api:
    """Signs in to the demo that runs on this data folder."""
    path = data / "run" / "demo.json"
    try:
        demo = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise CallFailed(
            f"no demo is running on {data}. Start one with `./headcall demo`, or name its --data."
        ) from None
    address = urlsplit(demo["web"])
    api = Api(http.client.HTTPConnection("127.0.0.1", address.port or 80, timeout=10))
    api.ask("POST", "/session", demo["admin"])
    return api


def call(data: Path, wanted: dict[str, Any]) -> int:
    """Places the call and watches it until it ends. 0 if it was answered."""
    api = connect(data)
    simulated_id = api.ask("POST", "/simulator/calls", wanted)["simulated_id"]
    shown, answered = "", False
    try:
        while True:
            calls = api.ask("GET", "/simulator/calls")["calls"]
            mine = next((one for one in calls if one["simulated_id"] == simulated_id), None)
            state = mine["state"] if mine else "ended"
            answered = answered or state == "talking"
            if state != shown:
                print(f"{time.strftime('%H:%M:%S')}  {state}{_status(mine, state)}", flush=True)
                shown = state
            if state == "ended":
                return 0 if answered else 1
            time.sleep(PAUSE_S)
    except KeyboardInterrupt:
        api.ask("DELETE", f"/simulator/calls/{simulated_id}")
        print("hung up")
        return 0


def _status(mine: dict[str, Any] | None, state: str) -> str:
    return f" (SIP {mine['sip_status']})" if mine and state == "ended" and mine["sip_status"] else ""
