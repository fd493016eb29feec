# SPDX-License-Identifier: Apache-2.0
"""Lines to the public network, and what a bridge is told of them."""
