# SPDX-License-Identifier: Apache-2.0
"""What a bridge must not forget when it is started again."""

from headcall.sip_bridge.store.disk import Drawer, Store

__all__ = ["Drawer", "Store"]
