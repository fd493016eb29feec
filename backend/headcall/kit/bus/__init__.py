# SPDX-License-Identifier: Apache-2.0
"""The bus: how roles reach each other. `local` works over a Unix socket, `redis` over a Redis server."""
