# SPDX-License-Identifier: Apache-2.0
"""A company's day in minutes: real signalling, synthetic people, virtual time for waiting (docs/rehearsal.md)."""
