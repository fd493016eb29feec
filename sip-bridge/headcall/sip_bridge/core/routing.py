# SPDX-License-Identifier: Apache-2.0
"""Which way a request within a dialog goes (RFC 3261 8.1.2, as far as it can be told without DNS)."""

import ipaddress
from dataclasses import replace
from typing import cast

from headcall.sip_bridge.dialog import Dialog
from headcall.sip_bridge.flow import Flow, Transport
from headcall.sip_bridge.uri import Uri

_DEFAULT_PORT = {"udp": 5060, "tcp": 5060, "tls": 5061, "ws": 80, "wss": 443}


def way_of(dialog: Dialog) -> Flow:
    """The dialog's own flow, unless its next hop names another address that we can reach.

    Over a connection, the connection is the way (RFC 5923, RFC 5626) while the next hop is the host at its other end.
    Behind a NAT the Contact holds an address of that other world, so requests follow the responses. A host name in a
    Contact is not looked up: it is the peer that we already speak with.
    """
    flow, uri = dialog.flow, dialog.next_hop
    if dialog.is_natted and not dialog.route_set:
        return flow
    address = _literal(uri)
    if address is None:
        return flow
    here = ipaddress.ip_address(flow.remote[0])
    if address != here and address.is_private and not here.is_private:
        return flow
    transport = cast(Transport, (uri.param("transport") or "").lower() or flow.transport)
    if transport not in _DEFAULT_PORT:
        return flow
    if transport == flow.transport and flow.is_reliable and address == here:
        return flow
    remote = (str(address), uri.port or _DEFAULT_PORT[transport])
    if transport != flow.transport and transport not in ("udp", "tcp"):
        return flow  # we listen on no other; see the shell
    return replace(flow, transport=transport, remote=remote, connection=0 if flow.remote != remote else flow.connection)


def _literal(uri: Uri) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(uri.address)
    except ValueError:
        return None
