# SPDX-License-Identifier: Apache-2.0
"""Companies. The first cut holds one."""
