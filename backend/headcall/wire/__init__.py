# SPDX-License-Identifier: Apache-2.0
"""What the roles say to each other: frozen data, no behaviour. Knows only `headcall.kit`."""
