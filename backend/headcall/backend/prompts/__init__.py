# SPDX-License-Identifier: Apache-2.0
"""What callers hear: spoken texts in Chinese and English, and hold music."""
