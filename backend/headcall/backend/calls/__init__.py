# SPDX-License-Identifier: Apache-2.0
"""What a call is, what may be done to it, and the log that remembers."""
