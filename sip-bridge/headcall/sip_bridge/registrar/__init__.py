# SPDX-License-Identifier: Apache-2.0
"""Where our own telephones are (RFC 3261 section 10), and whether they are who they say."""
