# SPDX-License-Identifier: Apache-2.0
"""Call detail records: written once per call, searched and exported."""
