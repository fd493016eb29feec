# SPDX-License-Identifier: Apache-2.0
"""Waiting lines and the agents who serve them."""
