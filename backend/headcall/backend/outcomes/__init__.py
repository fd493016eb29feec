# SPDX-License-Identifier: Apache-2.0
"""How a call came out: the agent's wrap-up code and note, the caller's mark."""
