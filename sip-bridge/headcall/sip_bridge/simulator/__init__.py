# SPDX-License-Identifier: Apache-2.0
"""The public network, simulated: telephones far away that call the company over its trunk, and answer its calls.

A test peer. Its RTP is made in Python, unlike that of any other part; it is cheap enough for some dozens of calls.
"""
