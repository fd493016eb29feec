# SPDX-License-Identifier: Apache-2.0
"""Call-back instead of waiting: a caller's place in line without the caller."""
