# SPDX-License-Identifier: Apache-2.0
"""Short messages of supervisors to agents: read without leaving the call, kept for the day."""
