# SPDX-License-Identifier: Apache-2.0
"""What any server needs: clock, ids, bus, life cycle, settings, logs, metrics. Knows no telephony."""
