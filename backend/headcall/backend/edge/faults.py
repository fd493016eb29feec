# SPDX-License-Identifier: Apache-2.0
"""Turns whatever was raised into what a user is told: cause, status, text in both languages."""

import logging
from dataclasses import dataclass
from typing import Any

from headcall.backend.errors import ApiError
from headcall.kit.bus.port import BusError
from headcall.wire import causes

log = logging.getLogger(__name__)

MAX_DETAIL = 500


@dataclass(frozen=True, slots=True)
class Fault:
    cause: str
    status: int
    text: dict[str, str]
    detail: str
    fields: tuple[str, ...] = ()

    def body(self) -> dict[str, Any]:
        """The error shape of the REST API."""
        return {"error": {"cause": self.cause, "text": self.text, "detail": self.detail, "fields": list(self.fields)}}


def fault_of(error: Exception) -> Fault:
    """What to tell about `error`. A bug is logged with its trace, and told without any detail."""
    if isinstance(error, ApiError):
        return fault(error.cause, error.detail, error.fields)
    if isinstance(error, BusError):
        log.warning("a role did not answer: %s", error)
        return fault("unavailable", type(error).__name__)
    log.error("unexpected error at the edge", exc_info=error)
    return fault("internal", "")


def fault(cause: str, detail: str = "", fields: tuple[str, ...] = ()) -> Fault:
    """The fault with a cause of the catalogue."""
    verdict = causes.by_id(cause)
    return Fault(cause, verdict.http, {"zh": verdict.zh, "en": verdict.en}, detail[:MAX_DETAIL], fields)
