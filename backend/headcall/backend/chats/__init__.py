# SPDX-License-Identifier: Apache-2.0
"""Written conversations: they wait in the queues like calls, and agents hold several at once (spec C16)."""
