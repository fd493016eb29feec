# SPDX-License-Identifier: Apache-2.0
"""Keeps strangers from costing us anything: rates, scanners, guessed passwords. Every table has a bound."""
