# SPDX-License-Identifier: Apache-2.0
"""Socket.IO packets as we take them: JSON, the default namespace, and no event but `do`."""

from typing import Any, ClassVar

from prometheus_client import Counter
from socketio import packet  # type: ignore[import-untyped]

TAKEN = frozenset({packet.CONNECT, packet.DISCONNECT, packet.EVENT})
"""We ask for no acknowledgement and take no binary attachment, so these never come from an honest page."""

LARGEST_ID = 2**53


class StrictPacket(packet.Packet):  # type: ignore[misc]
    """Raises ValueError where python-socketio would go on with something it does not expect."""

    uses_binary_events = False
    rubbish: ClassVar[Counter]

    def decode(self, encoded_packet: Any) -> int:
        """Reads a packet from a peer."""
        try:
            return self._decode(encoded_packet)
        except ValueError:
            self.rubbish.inc()
            raise

    def _decode(self, encoded_packet: Any) -> int:
        if not isinstance(encoded_packet, str):
            raise ValueError("not a text packet")
        try:
            attachments: int = super().decode(encoded_packet)
        except RecursionError:
            raise ValueError("nested too deeply") from None
        if self.packet_type not in TAKEN or attachments:
            raise ValueError("a packet of a type we do not take")
        if self.namespace not in (None, "/"):
            raise ValueError("another namespace")
        if self.id is not None and self.id > LARGEST_ID:
            raise ValueError("an id too large")
        if self.packet_type == packet.EVENT and not _is_do(self.data):
            raise ValueError("not an event we know")
        return 0


def _is_do(data: object) -> bool:
    return isinstance(data, list) and len(data) == 2 and data[0] == "do"
