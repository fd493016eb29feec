# SPDX-License-Identifier: Apache-2.0
"""Seats: a person made an agent, with a number, queues and skills."""
