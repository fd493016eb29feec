# SPDX-License-Identifier: Apache-2.0
"""The page of one question: without a script, in the customer's language, light or dark, by keyboard. Pure."""

from html import escape
from typing import Final, Literal

from headcall.backend.surveys.service import LONGEST_COMMENT

Language = Literal["zh", "en"]

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

WORDS: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "lang": "zh-CN",
        "title": "服务评价",
        "question": "您对这次通话满意吗？",
        "5": "非常满意",
        "4": "满意",
        "3": "一般",
        "2": "不满意",
        "1": "非常不满意",
        "comment": "还有什么想告诉我们的？（可不填）",
        "send": "提交",
        "choose": "请先选择一项。",
        "thanks": "谢谢您的评价！",
        "answered": "您已经评价过了，谢谢！",
        "gone": "这个链接已失效。",
        "too-many": "操作太频繁，请一分钟后再试。",
    },
    "en": {
        "lang": "en",
        "title": "Your opinion",
        "question": "How satisfied are you with this call?",
        "5": "Very satisfied",
        "4": "Satisfied",
        "3": "Neutral",
        "2": "Dissatisfied",
        "1": "Very dissatisfied",
        "comment": "Anything you would like to tell us? (optional)",
        "send": "Send",
        "choose": "Please choose one first.",
        "thanks": "Thank you very much!",
        "answered": "You have answered already. Thank you!",
        "gone": "This link does not work any more.",
        "too-many": "Too many attempts. Please try again in a minute.",
    },
}

STYLE: Final = """
:root{color-scheme:light dark;--ink:#1c1c1a;--soft:#5c5c57;--sheet:#fff;--ground:#f2f2ee;--line:#c9c9c2;
--accent:#2747c9}
@media(prefers-color-scheme:dark){:root{--ink:#ecece8;--soft:#a6a6a0;--sheet:#1a1b1e;--ground:#0f1012;--line:#46474c;
--accent:#9db0ff}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:16px;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,"PingFang SC","Microsoft YaHei",sans-serif}
main{width:100%;max-width:440px;background:var(--sheet);border:1px solid var(--line);border-radius:16px;padding:24px}
h1{font-size:20px;margin:0 0 16px}
main>h1{margin:0;text-align:center}
fieldset{border:0;margin:0;padding:0}
label.mark{display:flex;gap:12px;align-items:center;min-height:44px;padding:0 12px;margin-bottom:8px;
border:1px solid var(--line);border-radius:10px;cursor:pointer}
label.mark:has(:checked){border-color:var(--accent);box-shadow:0 0 0 1px var(--accent)}
input{accent-color:var(--accent);width:18px;height:18px;margin:0}
.said{color:var(--soft);display:block;margin:16px 0 6px;font-size:14px}
textarea{width:100%;min-height:88px;padding:10px;border:1px solid var(--line);border-radius:10px;font:inherit;
background:transparent;color:inherit}
button{margin-top:16px;width:100%;min-height:44px;border:0;border-radius:10px;font:inherit;font-weight:600;
background:var(--accent);color:var(--sheet);cursor:pointer}
p.hint{color:#b3261e;margin:0 0 12px}
@media(prefers-color-scheme:dark){p.hint{color:#ffb4ab}}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
"""


def language_of(accepted: str) -> Language:
    """What the customer's browser asks for first."""
    first = accepted.split(",")[0].strip().lower()
    return "en" if first and not first.startswith(("zh", "*")) else "zh"


def question(language: Language, *, token: str, hint: bool = False, comment: str = "") -> str:
    words = WORDS[language]
    marks = "".join(
        f'<label class="mark"><input type="radio" name="mark" value="{mark}" required>{escape(words[mark])}</label>'
        for mark in "54321"
    )
    said = f'<p class="hint" role="alert">{escape(words["choose"])}</p>' if hint else ""
    return _page(
        language,
        f'<form method="post" action="/s/{escape(token, quote=True)}"><fieldset><legend><h1>{escape(words["question"])}'
        f"</h1></legend>{said}{marks}</fieldset>"
        f'<label class="said" for="comment">{escape(words["comment"])}</label>'
        f'<textarea id="comment" name="comment" maxlength="{LONGEST_COMMENT}">{escape(comment)}</textarea>'
        f'<button type="submit">{escape(words["send"])}</button></form>',
    )


def message(language: Language, key: str) -> str:
    return _page(language, f'<h1 role="status">{escape(WORDS[language][key])}</h1>')


def _page(language: Language, body: str) -> str:
    words = WORDS[language]
    return (
        f'<!doctype html><html lang="{words["lang"]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(words['title'])}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    )
