# SPDX-License-Identifier: Apache-2.0
"""What must not be lost: messages sent one after the other, each until it is acknowledged."""
