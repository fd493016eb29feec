# SPDX-License-Identifier: Apache-2.0
"""Settings that only the backend reads."""

from dataclasses import dataclass
from typing import ClassVar

from headcall.kit.settings import Section, in_order, setting


@dataclass(frozen=True)
class Numbering:
    """How the company numbers and dials."""

    SECTION: ClassVar[str] = "numbering"
    region: str = setting("CN", "Country whose way of writing numbers is understood (ISO 3166)")
    internal_prefix: str = setting("8301234", "What stands before the short number in a person's long number")
    short_digits: int = setting(4, "Digits of a short number", low=2, high=6)


@dataclass(frozen=True)
class Carrier:
    """The trunk to the public network. An empty host: no trunk (the demo has one to its simulator)."""

    SECTION: ClassVar[str] = "carrier"
    name: str = setting("carrier", "Name of the trunk, as shown in monitoring")
    host: str = setting("", "Address or name of the carrier's SIP server")
    port: int = setting(5060, "Its port", low=1, high=65535)
    transport: str = setting("udp", "Transport", one_of=("udp", "tcp"))
    username: str = setting("", "User name for registering and for challenged requests")
    password: str = setting("", "Password for these")
    registers: bool = setting(False, "Whether we register at the carrier")
    accept_from: tuple[str, ...] = setting((), "Networks its calls come from, as in 203.0.113.0/28; empty: its host")
    max_calls: int = setting(30, "Calls at once", low=1, high=10000)
    did: str = setting("", "The published number as the carrier dials it, mapped to the call centre's queue")


@dataclass(frozen=True)
class Parking:
    """Slots in which callers are set down; whoever dials one picks up. No number of the company may be among them."""

    SECTION: ClassVar[str] = "parking"
    first: int = setting(701, "The first slot", low=10, high=99999)
    last: int = setting(799, "The last slot", low=10, high=99999)
    ring_back_s: int = setting(120, "Seconds until who parked is rung, if nobody picks up", low=10, high=3600)

    def __post_init__(self) -> None:
        in_order(self, "first", "last")


@dataclass(frozen=True)
class Statistics:
    """The limits that figures depend on (docs/statistics.md)."""

    SECTION: ClassVar[str] = "statistics"
    answer_within_s: int = setting(20, "T of both service levels: answered within so many seconds", low=1, high=3600)
    short_abandon_s: int = setting(5, "Who hangs up sooner is a short abandon and stands apart", low=0, high=60)


@dataclass(frozen=True)
class Oidc:
    """Log-in with the company account: OpenID Connect (docs/identity.md). An empty issuer: no such log-in."""

    SECTION: ClassVar[str] = "oidc"
    issuer: str = setting("", "The provider, exactly as it calls itself, as in https://id.example.com/realms/staff")
    name: str = setting("", "What the log-in's button says; empty: the provider's host")
    client_id: str = setting("", "Our name at the provider")
    client_secret: str = setting("", "Our secret there; better in the environment (HEADCALL_OIDC_CLIENT_SECRET)")
    client_secret_file: str = setting("", "File with the secret, instead")
    scope: str = setting("openid profile email", "What we ask for")
    redirect_uri: str = setting(
        "", "Our address as registered there; empty: https://<the host asked>/api/v1/oidc/callback"
    )
    link_by: str = setting(
        "email", "How somebody with an account here is found the first time", one_of=("email", "login", "none")
    )
    login_claim: str = setting("preferred_username", "For link_by = login: the claim that is the login")
    email_domains: tuple[str, ...] = setting((), "For link_by = email: own domains; the login is what precedes the @")
    creates: bool = setting(False, "Whether somebody without an account here gets one")
    roles_claim: str = setting("groups", "The claim with the person's groups")
    roles: dict[str, str] = setting({}, "Group of the provider to role here, never owner")  # noqa: RUF009
    default_role: str = setting(
        "employee", "Role of who is in none of these groups", one_of=("guest", "employee", "agent")
    )
    follows_roles: bool = setting(False, "Whether roles follow the groups at each log-in, not only at the first")


@dataclass(frozen=True)
class Mail:
    """The mail server that scheduled reports are handed to. An empty host: no e-mail is sent."""

    SECTION: ClassVar[str] = "mail"
    host: str = setting("", "Name of the SMTP server")
    port: int = setting(587, "Its port", low=1, high=65535)
    security: str = setting("starttls", "How the connection is protected", one_of=("starttls", "tls", "none"))
    username: str = setting("", "User name; empty: none is needed")
    password: str = setting("", "Its password")
    sender: str = setting("", "Address that e-mails come from; empty: the user name, if it is an address")


@dataclass(frozen=True)
class WebPush:
    """Ringing browsers whose page sleeps, by the push service of the browser's maker (docs/push.md)."""

    SECTION: ClassVar[str] = "push"
    contact: str = setting("mailto:admin@example.com", "Whom a push service writes to when we misbehave (RFC 8292)")
    own_services: tuple[str, ...] = setting(
        (), "Origins of push services of your own, as in https://push.example.lan; others only on the public internet"
    )


SECTIONS: tuple[type[Section], ...] = (Numbering, Carrier, Parking, Statistics, WebPush, Oidc, Mail)
