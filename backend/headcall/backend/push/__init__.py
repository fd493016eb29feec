# SPDX-License-Identifier: Apache-2.0
"""Rings browsers whose page sleeps, through their makers' push services (RFC 8030, 8291, 8292)."""
