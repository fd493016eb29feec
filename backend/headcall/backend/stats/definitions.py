# SPDX-License-Identifier: Apache-2.0
"""What each figure means: the one table. It is served, shown as help in the page, and stands in docs/statistics.md."""

from typing import Final, Literal

from msgspec import Struct

Unit = Literal["count", "seconds", "share", "mark", "mean", "counts", "seconds_by"]
Of = Literal["visits", "talks", "agents", "chats", "codes"]
"""What is counted: visits of queues, talks of ours, the time of agents, what was written, calls by wrap-up code."""


class Definition(Struct, frozen=True):
    """A figure: its name, and how it is made."""

    id: str
    of: Of
    unit: Unit
    zh: str
    en: str
    zh_text: str
    en_text: str


# fmt: off
DEFINITIONS: Final = (
    Definition("offered", "visits", "count", "进线量", "Offered",
        "进入队列的来电次数，按进入队列的时刻计入时段。因坐席掉线或转接失败而回到同一队列的，不重复计。等于接起、放弃、短时放弃、溢出、预约回呼、未能服务六项之和。",
        "Callers who entered the queue, counted at the moment of entering. Who comes back to it because an agent was lost or a transfer failed is not counted again. It is the sum of answered, abandoned, short abandons, overflowed, call-backs and turned away."),  # noqa: E501
    Definition("answered", "visits", "count", "接起量", "Answered",
        "其中由坐席接起的次数。按坐席看时：由该坐席接起的次数。",
        "Of these, those whom an agent answered. By agent: those whom this agent answered."),
    Definition("abandoned", "visits", "count", "放弃量", "Abandoned",
        "接起之前主叫挂断或掉线，且等待时间不短于短时放弃的界限。",
        "The caller hung up or was lost before an answer, after waiting no less than the limit of short abandons."),
    Definition("short_abandoned", "visits", "count", "短时放弃", "Short abandons",
        "接起之前主叫挂断，且等待时间短于界限（设置项 short_abandon_s，默认 5 秒）：多为拨错，单独列出。",
        "The caller hung up sooner than the limit (setting short_abandon_s, 5 s at first): mostly misdialled, so they stand apart."),  # noqa: E501
    Definition("overflowed", "visits", "count", "溢出量", "Overflowed",
        "等待无果，被送往队列的溢出号码。若那是另一个队列，在那里另计一次进线。",
        "Sent on to the queue's overflow number. If that is another queue, the caller is offered there as well."),
    Definition("callbacks", "visits", "count", "预约回呼", "Call-backs",
        "等待中选择由我方回呼而离开队列。回呼本身不计进线，其通话计入通话段。",
        "Left the queue as we are to call back. The call-back itself is no visit; its talk is handled."),
    Definition("turned_away", "visits", "count", "未能服务", "Turned away",
        "等待无果，听到致歉语音后结束。",
        "The waiting was in vain, and the caller was told so."),
    Definition("refused", "visits", "count", "未进线", "Refused",
        "未能进入任何队列、也未与任何人通话的外线来电：队列已满、无人当班、非营业时间、号码不存在。不计入进线量；溢出或转往别处后被接待的不计。按队列看时：仅计该队列拒绝的。",
        "Calls from outside that came into no queue and talked with nobody: queue full, nobody on duty, closed, no such number. They are not offered; who was sent on and served elsewhere is none of them. By queue: those whom this queue did not take in."),  # noqa: E501
    Definition("refused_by", "visits", "counts", "未进线原因", "Refused by reason",
        "各原因的次数：full 队列已满，unstaffed 无人当班，closed 非营业时间，unknown 号码不存在。",
        "How many for each reason: full (queue full), unstaffed (nobody on duty), closed (outside the hours), unknown (no such number)."),  # noqa: E501
    Definition("service_level", "visits", "share", "服务水平", "Service level",
        "T 秒内接起 ÷ 进线量。T 为设置项 answer_within_s，默认 20 秒；等待时间恰为 T 的算在内。",
        "Answered within T / offered. T is the setting answer_within_s, 20 s at first; a wait of just T counts as within."),  # noqa: E501
    Definition("service_level_net", "visits", "share", "服务水平（净）", "Service level, net",
        "T 秒内接起 ÷（接起量 + 等待超过 T 秒的放弃量）。T 秒内放弃的、溢出的、未能服务的不计入。",
        "Answered within T / (answered + abandoned after more than T). Who gave up within T, overflowed or was turned away does not count."),  # noqa: E501
    Definition("abandon_rate", "visits", "share", "放弃率", "Abandon rate",
        "放弃量 ÷（进线量 − 短时放弃）。",
        "Abandoned / (offered − short abandons)."),
    Definition("asa_s", "visits", "seconds", "平均应答速度", "ASA",
        "接起的来电的平均等待时间：从进入队列到接起，含振铃。",
        "Mean wait of those who were answered: from entering the queue to the answer, ringing included."),
    Definition("longest_wait_s", "visits", "seconds", "最长等待", "Longest wait",
        "所有进线（无论结果）中最长的等待时间。",
        "The longest wait of all who were offered, however it ended."),
    Definition("handled", "talks", "count", "通话段", "Handled",
        "与来自队列的主叫的通话段数：每位坐席从接通到离开为一段，按接通时刻计入时段。转接后由第二位坐席接续的，另计一段；仅被咨询的不计。",
        "Talks with callers of queues: one for each agent, from being joined to leaving, counted at its beginning. A second agent after a transfer is one more; who was only consulted is none."),  # noqa: E501
    Definition("talk_s", "talks", "seconds", "平均通话", "Talk",
        "每段的平均通话时间，不含保持。",
        "Mean talking time of these talks, without hold."),
    Definition("hold_s", "talks", "seconds", "平均保持", "Hold",
        "每段中主叫被保持（听音乐）的平均时间，含坐席咨询第三方的时间。",
        "Mean time for which the caller was held in these talks, consulting of a third included."),
    Definition("wrap_up_s", "talks", "seconds", "平均话后", "Wrap-up",
        "每段之后的平均话后处理时间；没有话后的按 0 计。",
        "Mean wrap-up time after these talks; none counts as 0."),
    Definition("aht_s", "talks", "seconds", "平均处理时长", "AHT",
        "（通话 + 保持 + 话后）÷ 通话段。",
        "(Talk + hold + wrap-up) / handled."),
    Definition("transfers", "talks", "count", "转接", "Transfers",
        "其中坐席把主叫转出的段数（直接转接或咨询后转接），对方未接而退回的也计入。",
        "Of these talks, those in which the agent gave the caller on, blind or after consulting; also where nobody was there."),  # noqa: E501
    Definition("other_calls", "talks", "count", "其他通话", "Other calls",
        "不经队列的通话段：直拨、呼出、内部。",
        "Talks that came by no queue: called directly, dialled out, among colleagues."),
    Definition("other_talk_s", "talks", "seconds", "其他通话均长", "Other talk",
        "这些通话段的平均时长，含保持。",
        "Their mean length, hold included."),
    Definition("rung", "agents", "count", "振铃", "Rung",
        "队列向该坐席振铃的次数。",
        "How often a queue rang the agent."),
    Definition("missed", "agents", "count", "未接", "Missed",
        "其中坐席未接或拒接的次数；主叫先挂断或被同事先接的不计。",
        "Of these, those the agent let pass or refused; not those where the caller or a colleague was faster."),
    Definition("login_s", "agents", "seconds", "登录时长", "Logged in",
        "处于离线以外任一状态的时间。",
        "Time in any state but offline."),
    Definition("ready_s", "agents", "seconds", "空闲时长", "Ready",
        "处于就绪状态、等待来电的时间。",
        "Time ready, waiting for calls."),
    Definition("break_s", "agents", "seconds", "小休时长", "Breaks",
        "处于小休状态的时间，含系统因多次未接或掉线而置的小休。",
        "Time on a break, also when the system put the agent there after missed calls or a lost connection."),
    Definition("occupancy", "agents", "share", "利用率", "Occupancy",
        "（通话 + 话后）÷（登录时长 − 小休时长），按状态时间计，含不经队列的通话。",
        "(Talking + wrap-up) / (logged in − breaks), by time in these states; calls that came by no queue included."),
    Definition("breaks", "agents", "seconds_by", "小休明细", "Breaks by reason",
        "各原因的小休时间。",
        "Time on breaks, for each reason."),
    Definition("asked", "talks", "count", "邀评", "Asked",
        "通话后被请求评分的主叫数，计给最后一位坐席。",
        "Callers who were asked for a mark after the talk; they count for the last agent."),
    Definition("marks", "talks", "count", "评分数", "Marks",
        "给出评分（1 至 5）的主叫数。",
        "Callers who gave a mark, 1 to 5."),
    Definition("mark_rate", "talks", "share", "参评率", "Response rate",
        "评分数 ÷ 邀评。",
        "Marks / asked."),
    Definition("mark_mean", "talks", "mark", "平均评分", "Mean mark",
        "所有评分的算术平均。",
        "Arithmetic mean of all marks."),
    Definition("mark_counts", "talks", "counts", "评分分布", "Marks by value",
        "每个分值（1 至 5）的个数。",
        "How many of each value, 1 to 5."),
    Definition("dispositions", "talks", "counts", "话后小结", "Wrap-up codes",
        "每个小结代码的通话数，计给最后一位坐席；没有小结的不计。",
        "Calls with each wrap-up code; they count for the last agent. Calls without a code do not count."),
    Definition("code_calls", "codes", "count", "小结通话数", "Calls with code",
        "带有该小结代码的通话数，计给最后一位坐席，按其接通时刻计入时段；来自队列而没有小结的另列一行。",
        "Calls with this wrap-up code; they count for the last agent, when the talk began. Calls of queues without a code have a line of their own."),  # noqa: E501
    Definition("code_share", "codes", "share", "小结占比", "Share of calls",
        "占本行全部通话数（含没有小结的）的比例。",
        "Of all calls of the row, those without a code included."),
    Definition("code_talk_s", "codes", "seconds", "小结平均通话", "Talk with code",
        "最后一位坐席的平均通话时间，不含保持。",
        "Mean talking time of the last agent, without hold."),
    Definition("chats_offered", "chats", "count", "会话进线", "Chats offered",
        "访客发起的文字会话，按第一句话的时刻计入时段，结束后计入。转给同事或其他队列的不重复计，计入最后所在的队列。等于接起、放弃、未能服务三项之和。",
        "Chats that visitors began, counted at their first word once they have ended. Passed on to a colleague or a queue they count once, for the last queue. It is the sum of answered, abandoned and turned away."),  # noqa: E501
    Definition("chats_answered", "chats", "count", "会话接起", "Chats answered",
        "其中由坐席接起的会话。按坐席看时：由该坐席首先接起的。",
        "Of these, those that an agent took. By agent: those that this agent took first."),
    Definition("chats_abandoned", "chats", "count", "会话放弃", "Chats abandoned",
        "接起之前访客结束或离开的会话。",
        "The visitor ended it or left before an agent took it."),
    Definition("chats_turned_away", "chats", "count", "会话未能服务", "Chats turned away",
        "等待无果而由系统结束的会话。",
        "The waiting was in vain, and the system ended it."),
    Definition("chat_asa_s", "chats", "seconds", "会话平均等待", "Chat wait",
        "接起的会话的平均等待时间：从第一句话到坐席接起。",
        "Mean wait of chats that were taken: from the first word until an agent took it."),
    Definition("chat_reply_s", "chats", "seconds", "首次回复时间", "First reply",
        "从访客的第一句话到坐席的第一句话的平均时间；没有回复的会话不计。",
        "Mean time from the visitor's first word to an agent's first; chats without a reply do not count."),
    Definition("chats_handled", "chats", "count", "会话段", "Chats handled",
        "坐席处理的会话段数：每位坐席从接起到转出、退回或结束为一段，按接起时刻计入时段。",
        "Chats that agents had: one for each agent, from taking it to passing it on, giving it back or its end, counted at its beginning."),  # noqa: E501
    Definition("chat_handle_s", "chats", "seconds", "会话处理时长", "Chat handling",
        "每段的平均时长。",
        "Mean length of these."),
    Definition("chats_at_once", "chats", "mean", "平均并行会话", "Chats at once",
        "坐席至少有一个会话时，同时处理的会话数的平均值：各会话时长之和 ÷ 至少有一个会话的时间。",
        "How many chats an agent had at once, in the mean of the time with at least one: the sum of their lengths / that time."),  # noqa: E501
    Definition("chats_most", "chats", "count", "最多并行会话", "Most chats at once",
        "一位坐席同时处理的会话数的最大值。",
        "The most chats that one agent had at once."),
)
# fmt: on

BY_ID: Final = {definition.id: definition for definition in DEFINITIONS}
