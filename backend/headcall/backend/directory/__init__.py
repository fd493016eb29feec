# SPDX-License-Identifier: Apache-2.0
"""The company's people with their numbers and presence."""
