# SPDX-License-Identifier: Apache-2.0
"""The REST face of the caller simulator (demo only)."""
