# SPDX-License-Identifier: Apache-2.0
"""Benchmarks use the same whole system as the scenarios."""

from tests.scenarios.conftest import house as house
from tests.scenarios.conftest import system as system
