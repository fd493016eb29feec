# SPDX-License-Identifier: Apache-2.0
"""The four transaction machines of RFC 3261 section 17 as amended by RFC 6026. These tables are the whole truth.

The actions are methods of the classes in `client.py` and `server.py`.
"""

from enum import Enum

from headcall.kit.fsm import Table


class State(Enum):
    CALLING = "calling"
    TRYING = "trying"
    PROCEEDING = "proceeding"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    ACCEPTED = "accepted"
    TERMINATED = "terminated"


class On(Enum):
    """What can happen to a transaction."""

    # from the network
    PROVISIONAL = "1xx"
    SUCCESS = "2xx"
    FAILURE = "3xx-6xx"
    REQUEST = "request again"
    ACK = "ACK"
    UNREACHABLE = "unreachable"
    # from the transaction user
    SEND_PROVISIONAL = "send 1xx"
    SEND_SUCCESS = "send 2xx"
    SEND_FAILURE = "send 3xx-6xx"
    ABANDON = "abandon"
    # timers, RFC 3261 table 4 and RFC 6026 8.4
    TIMER_A = "A"
    TIMER_B = "B"
    TIMER_D = "D"
    TIMER_E = "E"
    TIMER_F = "F"
    TIMER_G = "G"
    TIMER_H = "H"
    TIMER_I = "I"
    TIMER_J = "J"
    TIMER_K = "K"
    TIMER_L = "L"
    TIMER_M = "M"


S = State

# fmt: off
INVITE_CLIENT: Table[State, On] = {  # figure 5 and RFC 6026 figure 2
    (S.CALLING,    On.TIMER_A):      (S.CALLING,    ["resend", "double_a"]),
    (S.CALLING,    On.TIMER_B):      (S.TERMINATED, ["settle", "time_out"]),
    (S.CALLING,    On.PROVISIONAL):  (S.PROCEEDING, ["settle", "report"]),
    (S.CALLING,    On.SUCCESS):      (S.ACCEPTED,   ["settle", "report", "start_m"]),
    (S.CALLING,    On.FAILURE):      (S.COMPLETED,  ["settle", "report", "ack", "start_d"]),
    (S.CALLING,    On.UNREACHABLE):  (S.TERMINATED, ["settle", "cannot_send"]),
    (S.CALLING,    On.ABANDON):      (S.TERMINATED, ["settle"]),
    (S.PROCEEDING, On.PROVISIONAL):  (S.PROCEEDING, ["report"]),
    (S.PROCEEDING, On.SUCCESS):      (S.ACCEPTED,   ["report", "start_m"]),
    (S.PROCEEDING, On.FAILURE):      (S.COMPLETED,  ["report", "ack", "start_d"]),
    (S.PROCEEDING, On.ABANDON):      (S.TERMINATED, []),
    (S.COMPLETED,  On.FAILURE):      (S.COMPLETED,  ["ack"]),
    (S.COMPLETED,  On.UNREACHABLE):  (S.TERMINATED, ["settle"]),
    (S.COMPLETED,  On.TIMER_D):      (S.TERMINATED, []),
    (S.ACCEPTED,   On.SUCCESS):      (S.ACCEPTED,   ["report"]),
    (S.ACCEPTED,   On.TIMER_M):      (S.TERMINATED, []),
}

REQUEST_CLIENT: Table[State, On] = {  # figure 6
    (S.TRYING,     On.TIMER_E):      (S.TRYING,     ["resend", "double_e"]),
    (S.TRYING,     On.TIMER_F):      (S.TERMINATED, ["settle", "time_out"]),
    (S.TRYING,     On.PROVISIONAL):  (S.PROCEEDING, ["report"]),
    (S.TRYING,     On.SUCCESS):      (S.COMPLETED,  ["settle", "report", "start_k"]),
    (S.TRYING,     On.FAILURE):      (S.COMPLETED,  ["settle", "report", "start_k"]),
    (S.TRYING,     On.UNREACHABLE):  (S.TERMINATED, ["settle", "cannot_send"]),
    (S.TRYING,     On.ABANDON):      (S.TERMINATED, ["settle"]),
    (S.PROCEEDING, On.TIMER_E):      (S.PROCEEDING, ["resend", "slow_e"]),
    (S.PROCEEDING, On.TIMER_F):      (S.TERMINATED, ["settle", "time_out"]),
    (S.PROCEEDING, On.PROVISIONAL):  (S.PROCEEDING, ["report"]),
    (S.PROCEEDING, On.SUCCESS):      (S.COMPLETED,  ["settle", "report", "start_k"]),
    (S.PROCEEDING, On.FAILURE):      (S.COMPLETED,  ["settle", "report", "start_k"]),
    (S.PROCEEDING, On.UNREACHABLE):  (S.TERMINATED, ["settle", "cannot_send"]),
    (S.PROCEEDING, On.ABANDON):      (S.TERMINATED, ["settle"]),
    (S.COMPLETED,  On.PROVISIONAL):  (S.COMPLETED,  []),
    (S.COMPLETED,  On.SUCCESS):      (S.COMPLETED,  []),
    (S.COMPLETED,  On.FAILURE):      (S.COMPLETED,  []),
    (S.COMPLETED,  On.TIMER_K):      (S.TERMINATED, []),
}

INVITE_SERVER: Table[State, On] = {  # figure 7 and RFC 6026 figure 1
    (S.PROCEEDING, On.REQUEST):          (S.PROCEEDING, ["resend"]),
    (S.PROCEEDING, On.SEND_PROVISIONAL): (S.PROCEEDING, ["send"]),
    (S.PROCEEDING, On.SEND_SUCCESS):     (S.ACCEPTED,   ["send", "start_l"]),
    (S.PROCEEDING, On.SEND_FAILURE):     (S.COMPLETED,  ["send", "start_g", "start_h"]),
    (S.PROCEEDING, On.ABANDON):          (S.TERMINATED, []),
    (S.COMPLETED,  On.REQUEST):          (S.COMPLETED,  ["resend"]),
    (S.COMPLETED,  On.TIMER_G):          (S.COMPLETED,  ["resend", "double_g"]),
    (S.COMPLETED,  On.TIMER_H):          (S.TERMINATED, ["settle"]),
    (S.COMPLETED,  On.ACK):              (S.CONFIRMED,  ["settle", "start_i"]),
    (S.CONFIRMED,  On.ACK):              (S.CONFIRMED,  []),
    (S.CONFIRMED,  On.TIMER_I):          (S.TERMINATED, []),
    (S.ACCEPTED,   On.REQUEST):          (S.ACCEPTED,   []),
    (S.ACCEPTED,   On.SEND_SUCCESS):     (S.ACCEPTED,   ["send"]),
    (S.ACCEPTED,   On.ACK):              (S.ACCEPTED,   ["pass_ack"]),
    (S.ACCEPTED,   On.TIMER_L):          (S.TERMINATED, []),
}

REQUEST_SERVER: Table[State, On] = {  # figure 8
    (S.TRYING,     On.REQUEST):          (S.TRYING,     []),
    (S.TRYING,     On.SEND_PROVISIONAL): (S.PROCEEDING, ["send"]),
    (S.TRYING,     On.SEND_SUCCESS):     (S.COMPLETED,  ["send", "start_j"]),
    (S.TRYING,     On.SEND_FAILURE):     (S.COMPLETED,  ["send", "start_j"]),
    # RFC 4320 4.2: an answer later than that is worthless, so nobody need wait for it
    (S.TRYING,     On.TIMER_J):          (S.TERMINATED, []),
    (S.PROCEEDING, On.REQUEST):          (S.PROCEEDING, ["resend"]),
    (S.PROCEEDING, On.SEND_PROVISIONAL): (S.PROCEEDING, ["send"]),
    (S.PROCEEDING, On.SEND_SUCCESS):     (S.COMPLETED,  ["send", "start_j"]),
    (S.PROCEEDING, On.SEND_FAILURE):     (S.COMPLETED,  ["send", "start_j"]),
    (S.PROCEEDING, On.TIMER_J):          (S.TERMINATED, []),
    (S.COMPLETED,  On.REQUEST):          (S.COMPLETED,  ["resend"]),
    (S.COMPLETED,  On.TIMER_J):          (S.TERMINATED, []),
}
# fmt: on
