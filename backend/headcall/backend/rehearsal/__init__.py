# SPDX-License-Identifier: Apache-2.0
"""The company of a rehearsal: thirty agents, four queues."""
