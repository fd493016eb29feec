# SPDX-License-Identifier: Apache-2.0
"""The number inventory: what a dialled number means, and from which network it may be reached."""
