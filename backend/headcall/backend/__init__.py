# SPDX-License-Identifier: Apache-2.0
"""The control role: REST and Socket.IO, call control, queues, numbers, records. Carries no media."""
