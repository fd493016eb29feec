# SPDX-License-Identifier: Apache-2.0
"""Recordings: rows, audio with ranges, loudness for the waveform."""
