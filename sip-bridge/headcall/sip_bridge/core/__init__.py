# SPDX-License-Identifier: Apache-2.0
"""The user agent core: `agent.py` is its front, `effects.py` what it says."""
