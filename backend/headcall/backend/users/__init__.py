# SPDX-License-Identifier: Apache-2.0
"""People, their roles and rights, passwords and sessions."""
