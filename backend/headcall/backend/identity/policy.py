# SPDX-License-Identifier: Apache-2.0
"""Who must log in with a second factor."""

from typing import get_args

from headcall.backend.audit.service import Audit
from headcall.backend.errors import ApiError
from headcall.backend.identity import store as rows
from headcall.backend.store.base import DEFAULT_TENANT
from headcall.backend.store.engine import Store
from headcall.backend.users.model import Actor, Role

ROLES: tuple[str, ...] = get_args(Role)


class Policy:
    """The company's rule, in one row."""

    def __init__(self, store: Store, audit: Audit) -> None:
        self._store, self._audit = store, audit

    async def roles(self) -> list[str]:
        """The roles whose bearers need a second factor."""
        async with self._store.read() as session:
            row = await session.get(rows.PolicyRow, DEFAULT_TENANT)
        return list(row.second_factor_roles) if row else []

    async def requires_second_factor(self, roles: tuple[str, ...]) -> bool:
        return not set(roles).isdisjoint(await self.roles())

    async def change(self, who: Actor, roles: list[str]) -> list[str]:
        """Sets the roles. Whoever is signed in stays so; the next log-in asks."""
        if unknown := set(roles) - set(ROLES):
            raise ApiError("bad-request", f"no such role: {sorted(unknown)[0][:40]}")
        wanted = [role for role in ROLES if role in roles]
        async with self._store.begin() as session:
            row = await session.get(rows.PolicyRow, DEFAULT_TENANT)
            before = list(row.second_factor_roles) if row else []
            if row is None:
                session.add(rows.PolicyRow(tenant_id=DEFAULT_TENANT, second_factor_roles=wanted))
            else:
                row.second_factor_roles = wanted
            note = ({"second_factor_roles": before}, {"second_factor_roles": wanted})
            self._audit.note(session, who, "identity.policy", DEFAULT_TENANT, *note)
        return wanted
