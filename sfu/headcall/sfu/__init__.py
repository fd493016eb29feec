# SPDX-License-Identifier: Apache-2.0
"""The media node: what a leg is connected to and what it hears. Packets never come here; the engine has them."""
