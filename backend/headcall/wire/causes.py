# SPDX-License-Identifier: Apache-2.0
"""Why something failed or ended, in every language the platform speaks: SIP, ISDN, HTTP, Chinese and English.

One catalogue. Bridges read SIP and Q.850 out of it, the REST interface its status, the page its text. The mapping
between SIP and Q.850 follows RFC 3398 (7.2.4.1 ISDN to SIP, 8.2.6.1 SIP to ISDN); where it has no row, the nearest
cause of the same class is meant.
"""

from dataclasses import dataclass
from typing import Final

__all__ = [
    "CATALOGUE",
    "Cause",
    "by_id",
    "from_q850",
    "from_sip",
]


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason."""

    id: str
    """What travels between the roles and over the interfaces; never changes its meaning."""
    sip: int
    """Status of a response that refuses for this reason (RFC 3261 section 21)."""
    q850: int
    """Cause value of ITU-T Q.850."""
    http: int
    retry: bool
    """Whether the same thing may succeed a little later, or over another way."""
    zh: str
    en: str


_ROWS: Final = (
    # id                      sip  q850 http retry  zh, en
    Cause("normal", 200, 16, 200, False, "通话正常结束", "The call has ended"),
    Cause("bad-request", 400, 111, 400, False, "请求有误", "The request is not valid"),
    Cause("not-signed-in", 401, 57, 401, False, "请先登录", "Please sign in first"),
    Cause("bad-credentials", 403, 57, 401, False, "用户名或密码不正确", "The name or the password is wrong"),
    Cause("bad-code", 403, 57, 401, False, "验证码不正确，或已经用过", "The code is wrong, or was used already"),
    Cause("log-in-expired", 403, 57, 401, False, "登录已超时，请重新开始", "The log-in took too long; begin again"),
    Cause("not-allowed", 403, 57, 403, False, "没有权限", "This is not permitted"),
    Cause("unknown-number", 404, 1, 404, False, "您拨打的号码不存在", "The number you have dialled does not exist"),
    Cause("not-found", 404, 1, 404, False, "未找到", "Not found"),
    Cause("gone", 410, 22, 410, False, "号码已更改或已停用", "The number has changed or is no longer in service"),
    Cause("method-not-allowed", 405, 79, 405, False, "不支持此操作", "This operation is not supported"),
    Cause("timeout", 408, 102, 408, True, "对方没有响应", "There was no response in time"),
    Cause("conflict", 409, 41, 409, True, "状态已改变，请重试", "The state has changed meanwhile; try again"),
    Cause(
        "changed-meanwhile",
        409,
        41,
        409,
        True,
        "其他人刚刚修改过，请查看后再保存",
        "Somebody else has changed it meanwhile; look at it and save again",
    ),
    Cause("taken", 486, 17, 409, False, "已被占用", "It is taken already"),
    Cause("last-owner", 403, 57, 409, False, "至少要保留一名所有者", "At least one owner must remain"),
    Cause("bad-sound", 415, 65, 415, False, "不是可用的音频文件", "This is no sound file that can be used"),
    Cause("closed", 480, 31, 409, True, "现在是非工作时间", "It is outside opening hours"),
    Cause("in-use", 486, 17, 409, False, "仍在使用中，不能删除", "It is still in use and cannot be deleted"),
    Cause("call-gone", 481, 31, 404, False, "通话已经结束", "The call is over already"),
    Cause("call-taken", 486, 26, 409, False, "已由他人接听", "Somebody else has answered"),
    Cause("too-large", 413, 95, 413, False, "内容过大", "The content is too large"),
    Cause("not-registered", 480, 20, 404, True, "话机未注册", "The telephone is not registered"),
    Cause("offline", 480, 20, 409, True, "对方不在线", "The other party is offline"),
    Cause("no-answer", 480, 19, 408, True, "无人接听", "Nobody answers"),
    Cause("no-agent", 480, 20, 503, True, "目前没有坐席值班", "No agent is on duty"),
    Cause("unavailable", 480, 31, 503, True, "暂时无法接通", "The party cannot be reached at the moment"),
    Cause("too-many-hops", 483, 25, 508, False, "呼叫转接次数过多", "The call was forwarded too often"),
    Cause("incomplete-number", 484, 28, 400, False, "号码不完整", "The number is incomplete"),
    Cause("busy", 486, 17, 409, True, "对方正忙", "The other party is busy"),
    Cause("caller-cancelled", 487, 31, 409, False, "主叫已取消", "The caller has cancelled"),
    Cause("media-refused", 488, 65, 415, False, "媒体格式不兼容", "There is no common audio format"),
    Cause(
        "too-many-attempts", 403, 57, 429, True, "尝试次数过多，请稍后再试", "Too many attempts; please wait a while"
    ),
    Cause("internal", 500, 41, 500, True, "系统内部错误", "Something failed inside the system"),
    Cause("not-implemented", 501, 79, 501, False, "尚未实现此功能", "This is not implemented"),
    Cause("bad-gateway", 502, 38, 502, True, "对端网络故障", "The network beyond is out of order"),
    Cause("media-lost", 503, 41, 503, True, "媒体连接中断", "The media connection was lost"),
    Cause("no-circuit", 503, 34, 503, True, "中继线路全忙", "All circuits are busy"),
    Cause("overload", 503, 42, 503, True, "系统繁忙，请稍后再试", "The system is overloaded; try again later"),
    Cause("queue-full", 503, 42, 503, True, "排队人数已满", "The waiting line is full"),
    Cause("restarting", 503, 41, 503, True, "服务正在重启", "The service is starting again"),
    Cause("gateway-timeout", 504, 102, 504, True, "对端网络没有响应", "The network beyond does not respond"),
    Cause("no-mail-server", 503, 38, 409, False, "尚未设置邮件服务器", "No mail server is set"),
    Cause("mail-refused", 503, 38, 502, True, "邮件未能发出", "The e-mail could not be sent"),
    Cause("rejected", 603, 21, 409, False, "对方拒绝接听", "The call was declined"),
)

CATALOGUE: Final[dict[str, Cause]] = {cause.id: cause for cause in _ROWS}
"""All causes, by id."""

# What we say of a status that a peer sent. Several of our causes share a status; the peer's plain meaning is here.
_FROM_SIP: Final[dict[int, str]] = {
    400: "bad-request",
    401: "not-allowed",
    402: "rejected",
    403: "not-allowed",
    404: "unknown-number",
    405: "method-not-allowed",
    406: "media-refused",
    407: "not-allowed",
    408: "timeout",
    410: "gone",
    413: "too-large",
    414: "too-large",
    415: "media-refused",
    416: "unknown-number",
    420: "not-implemented",
    480: "no-answer",
    481: "call-gone",
    482: "too-many-hops",
    483: "too-many-hops",
    484: "incomplete-number",
    485: "unknown-number",
    486: "busy",
    487: "caller-cancelled",
    488: "media-refused",
    500: "internal",
    501: "not-implemented",
    502: "bad-gateway",
    503: "no-circuit",
    504: "gateway-timeout",
    505: "not-implemented",
    513: "too-large",
    600: "busy",
    603: "rejected",
    604: "unknown-number",
    606: "media-refused",
    607: "rejected",
    608: "rejected",
}
_SIP_CLASSES: Final = {2: "normal", 3: "gone", 4: "bad-request", 5: "internal", 6: "rejected"}

_FROM_Q850: Final[dict[int, str]] = {
    1: "unknown-number",
    2: "unknown-number",
    3: "unknown-number",
    16: "normal",
    17: "busy",
    18: "timeout",
    19: "no-answer",
    20: "offline",
    21: "rejected",
    22: "gone",
    23: "gone",
    25: "too-many-hops",
    26: "call-taken",
    27: "bad-gateway",
    28: "incomplete-number",
    29: "not-implemented",
    31: "unavailable",
    34: "no-circuit",
    38: "bad-gateway",
    41: "overload",
    42: "overload",
    47: "no-circuit",
    55: "not-allowed",
    57: "not-allowed",
    58: "no-circuit",
    65: "media-refused",
    70: "media-refused",
    79: "not-implemented",
    87: "not-allowed",
    88: "media-refused",
    95: "bad-request",
    102: "gateway-timeout",
    111: "internal",
    127: "internal",
}
# Q.850 table 1: the three high bits of a value are its class.
_Q850_CLASSES: Final = (
    "unavailable",
    "normal",
    "no-circuit",
    "not-allowed",
    "not-implemented",
    "bad-request",
    "internal",
    "internal",
)


def by_id(cause_id: str) -> Cause:
    """The cause of that name; `internal` for a name that is not in the catalogue (a newer version's, say)."""
    return CATALOGUE.get(cause_id, CATALOGUE["internal"])


def from_sip(status: int) -> Cause:
    """What a final response means. A status without a row is the `x00` of its class (RFC 3261 8.1.3.2)."""
    return CATALOGUE[_FROM_SIP.get(status) or _SIP_CLASSES.get(status // 100, "internal")]


def from_q850(value: int) -> Cause:
    """What a cause value of ISDN means. A value without a row is taken by its class."""
    return CATALOGUE[_FROM_Q850.get(value) or _Q850_CLASSES[value >> 4 & 7]]
