# SPDX-License-Identifier: Apache-2.0
"""What happened, in figures: facts of each call, sums of them, reports and their e-mails."""
