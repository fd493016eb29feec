# SPDX-License-Identifier: Apache-2.0
"""Who changed what, when, from what to what."""
