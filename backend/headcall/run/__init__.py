# SPDX-License-Identifier: Apache-2.0
"""Starts everything: the supervisor, each role in a process of its own, the demo and the small commands."""
