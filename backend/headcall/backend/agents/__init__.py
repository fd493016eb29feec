# SPDX-License-Identifier: Apache-2.0
"""Who answers for the company, and what each of them is doing now."""
