# SPDX-License-Identifier: Apache-2.0
"""When the company answers: opening hours, holidays, and the switch by hand."""
