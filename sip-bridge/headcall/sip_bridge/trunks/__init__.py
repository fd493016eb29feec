# SPDX-License-Identifier: Apache-2.0
"""The lines to the public network: which there are, whether they work, who may come over them."""
