# SPDX-License-Identifier: Apache-2.0
"""The user agent core. `agent.py` is its front, `effects.py` what it says; behind them:

| file           | what it does                                                    | specified by               |
|----------------|-----------------------------------------------------------------|----------------------------|
| ground.py      | the state all parts share; asking, and asking again after 401   | RFC 3261 8.1, 22           |
| call.py        | a call, and its record on the disk                              |                            |
| incoming.py    | INVITE and CANCEL of theirs; ringing, answering, refusing       | RFC 3261 9.2, 13.3         |
| reliable.py    | provisional responses that wait for PRACK                       | RFC 3262                   |
| outgoing.py    | INVITE and CANCEL of ours; forks                                | RFC 3261 9.1, 13.2         |
| within.py      | 2xx until ACK, ACK for 2xx, BYE                                 | RFC 3261 13.2.2.4, 13.3.1.4, 15 |
| inside.py      | requests of theirs within a dialog                              | RFC 3261 12.2.2            |
| reinvite.py    | changing the session from either side; glare; session timers    | RFC 3261 14, 3311, 4028    |
| transfer.py    | REFER, and the NOTIFYs about it                                 | RFC 3515, 4488             |
| outside.py     | requests without a dialog; what is refused before anyone looks  | RFC 3261 8.2, 10, 11       |
| routing.py     | which way a request in a dialog goes                            | RFC 3261 8.1.2, RFC 5923   |

Not done here, on purpose: DNS (the shell resolves), TLS (the shell), who may call whom (`legs`, `registrar`), SDP
beyond passing it on (`sdp`), Replaces (RFC 3891), subscriptions other than a REFER's.
"""
