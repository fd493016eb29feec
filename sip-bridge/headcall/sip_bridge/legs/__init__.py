# SPDX-License-Identifier: Apache-2.0
"""Legs: what call control sees of a telephone call, joined from a SIP dialog and the media node's RTP."""
