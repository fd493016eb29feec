# SPDX-License-Identifier: Apache-2.0
"""Opening hours as people outside see them."""

from headcall.backend.hours.model import Closure
from headcall.backend.store.base import iso_or_none


def closed_view(closure: Closure | None) -> dict[str, str | None] | None:
    """`Closed` of the browser API; None while somebody answers."""
    return None if closure is None else {"zone": closure.zone, "opens_at": iso_or_none(closure.opens_at_ms)}
