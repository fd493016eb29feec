# SPDX-License-Identifier: Apache-2.0
"""What one input leads to. Rules write into a plan; nothing outside has changed before the plan is in the log."""

from headcall.backend.calls.fold import apply
from headcall.backend.calls.log import Entry, Event
from headcall.backend.calls.model import Call
from headcall.wire.legs import TransferResult
from headcall.wire.media import SendDigits


class Plan:
    """Events to be written, and the call as it will be then, so that each rule sees what the one before did."""

    def __init__(self, call: Call, now_ms: int) -> None:
        self.before = call
        self.call = call
        self.now_ms = now_ms
        self.entries: list[Entry] = []
        self.once: list[tuple[str, SendDigits | TransferResult]] = []
        """Commands that set no state, each with its leg; all others follow from the states (`calls.orders`)."""

    def note(self, event: Event) -> None:
        """One more event."""
        entry = Entry(seq=self.call.seq + 1, at_ms=self.now_ms, event=event)
        self.entries.append(entry)
        self.call = apply(self.call, entry)

    def tell(self, leg_id: str, command: SendDigits | TransferResult) -> None:
        self.once.append((leg_id, command))
