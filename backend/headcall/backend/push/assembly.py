# SPDX-License-Identifier: Apache-2.0
"""Builds what rings sleeping browsers. No I/O."""

from headcall.backend.push.sender import Sender
from headcall.backend.push.service import Push
from headcall.backend.settings import WebPush
from headcall.backend.store.engine import Store
from headcall.backend.store.secrets import SecretBox
from headcall.backend.users.service import Users
from headcall.kit.clock import Clock
from headcall.kit.settings import Settings


def push_of(settings: Settings, store: Store, box: SecretBox, clock: Clock, users: Users) -> Push:
    wanted = settings.section(WebPush)
    return Push(
        store,
        box,
        clock,
        person=users.person,
        make_sender=lambda key: Sender(key, wanted.contact, lambda: clock.wall_ms() / 1000, wanted.own_services),
        own_services=wanted.own_services,
    )
