# SPDX-License-Identifier: Apache-2.0
"""Makes the statistics by the settings of the company."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from headcall.backend.audit.service import Audit
from headcall.backend.settings import Mail, Statistics
from headcall.backend.stats.figures import Rules
from headcall.backend.stats.keeper import Keeper
from headcall.backend.stats.mailing import Mailing
from headcall.backend.stats.post import Post
from headcall.backend.stats.service import Stats
from headcall.backend.store.engine import Store
from headcall.kit.clock import Clock
from headcall.kit.role import CannotStart, RoleContext
from headcall.kit.settings import Settings
from headcall.wire import settings as shared


def stats_of(store: Store, clock: Clock, settings: Settings) -> Stats:
    """Raises `CannotStart` for a time zone that nobody knows."""
    limits = settings.section(Statistics)
    rules = Rules(answer_within_ms=limits.answer_within_s * 1000, short_abandon_ms=limits.short_abandon_s * 1000)
    return Stats(store, clock, zone_of(settings), rules)


def keeper_of(ctx: RoleContext, store: Store, stats: Stats) -> Keeper:
    """Makes the sums from which reports are read."""
    return Keeper(stats, store, ctx.ids)


def mailing_of(ctx: RoleContext, store: Store, stats: Stats) -> Mailing:
    """Scheduled reports by e-mail."""
    return Mailing(
        stats,
        store,
        Audit(store, ctx.clock, ctx.ids),
        Post(ctx.settings.section(Mail)),
        company=ctx.settings.section(shared.Site).name,
        new_id=ctx.ids,
    )


def zone_of(settings: Settings) -> ZoneInfo:
    """The company's time zone."""
    name = settings.section(shared.Site).time_zone
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CannotStart(f"[site] time_zone: {name!r} is no time zone; one is Asia/Shanghai") from error
