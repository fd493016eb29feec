# SPDX-License-Identifier: Apache-2.0
"""The operator's work: to see who waits, take whom they choose, and bring them on (spec I1)."""
