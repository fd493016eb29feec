# SPDX-License-Identifier: Apache-2.0
"""Joins the parts of who proves what. No I/O."""

from headcall.backend.audit.service import Audit
from headcall.backend.identity.arrival import Arrivals
from headcall.backend.identity.http import Identity
from headcall.backend.identity.keys import Keys
from headcall.backend.identity.login import LogIn
from headcall.backend.identity.oidc import CompanyLogIn
from headcall.backend.identity.pace import Pace
from headcall.backend.identity.policy import Policy
from headcall.backend.identity.second import SecondFactors
from headcall.backend.settings import Oidc
from headcall.backend.store.engine import Store
from headcall.backend.store.secrets import SecretBox
from headcall.backend.users.service import Users
from headcall.backend.users.sessions import Sessions
from headcall.kit.role import RoleContext
from headcall.wire.settings import Site


def identity_of(ctx: RoleContext, store: Store, box: SecretBox, *, sessions: Sessions, users: Users) -> Identity:
    """All of it; who cuts live connections off is put in when there is someone who can."""
    audit = Audit(store, ctx.clock, ctx.ids)
    second = SecondFactors(store, ctx.clock, box, audit, company=ctx.settings.section(Site).name)
    policy = Policy(store, audit)
    login = LogIn(store, ctx.clock, box, sessions=sessions, second=second, policy=policy)
    keys = Keys(store, ctx.clock, ctx.ids, audit)
    settings = ctx.settings.section(Oidc)
    arrivals = Arrivals(store, ctx.clock, ctx.ids, audit, settings)
    company = CompanyLogIn(settings, ctx.clock, box, sessions=sessions, arrivals=arrivals)
    pace = Pace(ctx.clock, per_second=5, burst=60)
    return Identity(login, sessions, second, policy, keys, users, company, pace, _nobody_is_connected)


async def _nobody_is_connected(_session_id: str) -> None: ...
