# SPDX-License-Identifier: Apache-2.0
"""The bridges to telephones, as the backend speaks with them."""
