# SPDX-License-Identifier: Apache-2.0
"""The media nodes, as the backend speaks with them."""
