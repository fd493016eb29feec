# SPDX-License-Identifier: Apache-2.0
"""What supervisors and the big screen see: who waits, who serves, and how well it goes, now and today."""
