# SPDX-License-Identifier: Apache-2.0
"""Transactions (RFC 3261 section 17, RFC 6026): requests that arrive once, responses that arrive at all."""

from headcall.sip_bridge.transaction.layer import TransactionLayer
from headcall.sip_bridge.transaction.machine import Timing
from headcall.sip_bridge.transaction.told import Arrived, Failed, Incoming, Listener, Stray, Told

__all__ = ["Arrived", "Failed", "Incoming", "Listener", "Stray", "Timing", "Told", "TransactionLayer"]
