# SPDX-License-Identifier: Apache-2.0
"""
CannotSpeak     the engine is missing, failed, or took too long
"""


class CannotSpeak(Exception):
    """The engine is missing, failed, or took too long."""
