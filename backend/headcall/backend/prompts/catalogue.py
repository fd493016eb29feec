# SPDX-License-Identifier: Apache-2.0
"""What callers are told, in both languages. A text may have fields in braces, filled by whoever says it."""

from typing import Literal

Language = Literal["zh", "en"]

TEXTS: dict[str, dict[Language, str]] = {
    "welcome": {
        "zh": "您好，欢迎致电。",
        "en": "Hello, and thank you for calling.",
    },
    "recorded": {
        "zh": "为了保证服务质量，本次通话将被录音。",
        "en": "This call is recorded to keep our service good.",
    },
    "hold": {
        "zh": "请稍候，正在为您接通客服人员。",
        "en": "Please hold the line. We are connecting you.",
    },
    "position": {
        "zh": "您前面还有{n}位客户在等待，请不要挂机。",
        "en": "There are {n} callers before you. Please stay on the line.",
    },
    "position-one": {
        "zh": "您前面还有一位客户在等待，请不要挂机。",
        "en": "There is one caller before you. Please stay on the line.",
    },
    "position-next": {
        "zh": "您是下一位，请不要挂机。",
        "en": "You are next. Please stay on the line.",
    },
    "still-waiting": {
        "zh": "坐席仍在通话中，感谢您的耐心等待。",
        "en": "All our agents are still busy. Thank you for waiting.",
    },
    "expected-wait": {
        "zh": "预计等待时间约{minutes}分钟。",
        "en": "You will probably wait for about {minutes} minutes.",
    },
    "expected-wait-one": {
        "zh": "预计等待时间约一分钟。",
        "en": "You will probably wait for about one minute.",
    },
    "long-wait": {
        "zh": "目前等待时间较长，请您谅解。",
        "en": "The waiting time is long at the moment. Please bear with us.",
    },
    "queue-full": {
        "zh": "对不起，现在排队人数已满，请稍后再拨。",
        "en": "We are sorry. Too many callers are waiting now. Please call again later.",
    },
    "survey": {
        "zh": "请您对本次服务评分，非常满意请按5，满意请按4，一般请按3，不满意请按2，非常不满意请按1。",
        "en": "How content are you with this call? Please press a key from 1, not at all, to 5, very much.",
    },
    "survey-again": {
        "zh": "请按1到5之间的数字键。",
        "en": "Please press a key from 1 to 5.",
    },
    "callback-offer": {
        "zh": "如果您不想继续等待，请按{press}，轮到您时我们给您回电。",
        "en": "If you do not want to wait, press {press}, and we will call you back when it is your turn.",
    },
    "callback-confirm": {
        "zh": "我们将回拨{digits}。确认请按1，输入其他号码请按2，继续等待请按其他键。",
        "en": "We will call {digits}. Press 1 to confirm, 2 to enter another number, or any other key to wait.",
    },
    "callback-enter": {
        "zh": "请输入回电号码，按井号键结束。",
        "en": "Please enter the number, and end it with the hash key.",
    },
    "callback-wrong": {
        "zh": "对不起，这个号码无法回拨。",
        "en": "We are sorry. We cannot call that number.",
    },
    "callback-promised": {
        "zh": "好的，您的排队位置已为您保留，轮到您时我们给您回电。再见。",
        "en": "Your place in the line is kept. We will call you back when it is your turn. Goodbye.",
    },
    "attendant": {
        "zh": "您好，请直拨分机号，转呼叫中心请按0。",
        "en": "Hello. Please dial the extension, or 0 for the call centre.",
    },
    "as-is": {
        "zh": "{text}",
        "en": "{text}",
    },
    "agent-number": {
        "zh": "工号{digits}为您服务。",
        "en": "Agent {digits} is speaking with you now.",
    },
    "closed": {
        "zh": "您好，现在是非工作时间，请在工作时间再拨。",
        "en": "Hello. We are closed at the moment. Please call again during our opening hours.",
    },
    "unknown-number": {
        "zh": "您好，您拨打的号码是空号，请核对后再拨。",
        "en": "The number you have dialled does not exist. Please check it and dial again.",
    },
    "no-agent": {
        "zh": "对不起，现在没有客服人员值班，请稍后再拨。",
        "en": "We are sorry. No agent is on duty now. Please call again later.",
    },
    "no-answer": {
        "zh": "对不起，您拨打的用户暂时无人接听，请稍后再拨。",
        "en": "We are sorry. Nobody answers at the moment. Please call again later.",
    },
    "busy": {
        "zh": "对不起，您拨打的用户正在通话中，请稍后再拨。",
        "en": "We are sorry. The person you have called is busy. Please call again later.",
    },
    "unavailable": {
        "zh": "对不起，您拨打的用户暂时无法接通，请稍后再拨。",
        "en": "We are sorry. The person you have called cannot be reached at the moment.",
    },
    "agent-is-ready": {
        "zh": "您已就绪，可以接听来电。",
        "en": "You are ready for calls.",
    },
    "agent-is-break": {
        "zh": "您正在小休。",
        "en": "You are on a break.",
    },
    "agent-is-offline": {
        "zh": "您已签出。",
        "en": "You are logged out.",
    },
    "agent-is-wrap-up": {
        "zh": "您正在话后处理。",
        "en": "You are wrapping up.",
    },
    "agent-in-call": {
        "zh": "您正在通话中。",
        "en": "You are in a call.",
    },
    "agent-then-ready": {
        "zh": "本次通话结束后，您将就绪。",
        "en": "You will be ready after this call.",
    },
    "agent-then-break": {
        "zh": "本次通话结束后，您将小休。",
        "en": "You will be on a break after this call.",
    },
    "agent-then-offline": {
        "zh": "本次通话结束后，您将签出。",
        "en": "You will be logged out after this call.",
    },
    "code-no-seat": {
        "zh": "对不起，您没有坐席，不能使用这个功能码。",
        "en": "We are sorry. This code is for agents, and you have no seat.",
    },
    "code-no-telephone": {
        "zh": "对不起，您的话机没有注册，来电无法振铃。",
        "en": "We are sorry. Your telephone is not registered, so no call could ring it.",
    },
    "goodbye": {
        "zh": "感谢您的来电，再见。",
        "en": "Thank you for calling. Goodbye.",
    },
    "sample-speech": {
        "zh": "你好，我想咨询一下我的订单，订单号是二零二六零一五。请帮我查一下什么时候可以发货，谢谢。",
        "en": "Hello, I am calling about my order. Could you please tell me when it will be shipped? Thank you.",
    },
}

MUSIC = "music-1"
"""Name of the hold music's file; another tune, another name."""

WARM_POSITIONS = 5
"""Positions in the queue whose announcement is made before anyone needs it."""

_ZH_DIGITS = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))
"""On the telephone 1 is said yāo, which does not sound like 7 (qī)."""

_EN_DIGITS = dict(
    zip("0123456789", ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), strict=True)
)


def spoken_digits(digits: str, language: Language) -> str:
    """A number read digit by digit, as it is written for the voice."""
    if language == "zh":
        return "".join(_ZH_DIGITS[d] for d in digits if d in _ZH_DIGITS)
    return ", ".join(_EN_DIGITS[d] for d in digits if d in _EN_DIGITS)


def text_of(key: str, language: Language, fields: dict[str, object]) -> str:
    """The text to speak. `position` speaks proper singular and "next" for 1 and 0; `digits` are read one by one."""
    if key == "position" and fields.get("n") in (0, 1):
        key = "position-next" if fields["n"] == 0 else "position-one"
    if key == "expected-wait" and fields.get("minutes") == 1:
        key = "expected-wait-one"
    if "digits" in fields:
        fields = fields | {"digits": spoken_digits(str(fields["digits"]), language)}
    return TEXTS[key][language].format(**fields)
