# SPDX-License-Identifier: Apache-2.0
"""Where browsers meet the backend: HTTP, Socket.IO, authentication, static files."""
