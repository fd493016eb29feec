# SPDX-License-Identifier: Apache-2.0
"""How content was the customer? A link to a page of one question, for who could not be asked on the telephone."""
