"""What the life of an incident is made of, by name: states, actions, flows, levels; each in words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from gis.words import Words
from governance.access import Role

__all__ = [
    "ACTIONS",
    "FLOWS",
    "IN_FLOW",
    "LEVELS",
    "OPEN",
    "PUBLIC",
    "ROLES",
    "STATES",
    "Action",
    "DirectReason",
    "Flow",
    "Level",
    "Outcome",
    "Satisfaction",
    "State",
    "action_words",
]


class State(StrEnum):
    """Where an incident stands."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    VERIFIED = "verified"
    FILED = "filed"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    FED_BACK = "fed_back"
    CHECKED = "checked"
    EVALUATED = "evaluated"
    CLOSED = "closed"
    ARCHIVED = "archived"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    MERGED = "merged"


OPEN = frozenset(
    (
        State.REPORTED,
        State.ACCEPTED,
        State.VERIFIED,
        State.FILED,
        State.DISPATCHED,
        State.HANDLING,
        State.FED_BACK,
        State.CHECKED,
        State.EVALUATED,
    )
)


class Flow(StrEnum):
    """The kind of appeal: each has a way of its own."""

    LIVELIHOOD = "livelihood"
    ENTERPRISE = "enterprise"
    ENFORCEMENT = "enforcement"


class Action(StrEnum):
    """What is done with a case. `LAPSE` is done by the program."""

    ACCEPT = "accept"
    REJECT = "reject"
    VERIFY = "verify"
    FILE = "file"
    DISPATCH = "dispatch"
    START = "start"
    FEED_BACK = "feed_back"
    CHECK_PASS = "check_pass"  # noqa: S105 - a check of work, no word to pass
    CHECK_FAIL = "check_fail"
    EVALUATE = "evaluate"
    LAPSE = "lapse"
    CLOSE = "close"
    ARCHIVE = "archive"
    SEND_BACK = "send_back"
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    SUSPEND = "suspend"
    RESUME = "resume"
    SUPERVISE = "supervise"
    OBJECT = "object"
    ADJUDICATE = "adjudicate"
    HAND_OVER = "hand_over"
    CANCEL = "cancel"
    MERGE = "merge"
    REOPEN = "reopen"
    ESCALATE = "escalate"
    DIRECT_REPORT = "direct_report"
    SORT = "sort"
    SELF_HANDLE = "self_handle"
    ANSWER_DIRECTLY = "answer_directly"
    TRANSFER_110 = "transfer_110"
    NOTE = "note"


class Level(StrEnum):
    """Who holds a case; it rises one at a time."""

    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"


class DirectReason(StrEnum):
    """Why a community may hand a case straight to the district's sorting desk; there are no other reasons."""

    MULTI_DEPARTMENT = "multi_department"
    OUTSIDE_LIST = "outside_list"
    UNCLEAR_RESPONSIBILITY = "unclear_responsibility"


class Outcome(StrEnum):
    """How a case was dealt with."""

    HANDLED = "handled"
    SELF_HANDLED = "self_handled"
    DIRECT_ANSWER = "direct_answer"
    TRANSFERRED_110 = "transferred_110"


class Satisfaction(StrEnum):
    """What the appellant says of it; ``lapsed``: nothing, for as long as is waited for."""

    SATISFIED = "satisfied"
    BASIC = "basic"
    UNSATISFIED = "unsatisfied"
    LAPSED = "lapsed"


PUBLIC = frozenset(("hotline", "app", "transfer_110"))
"""Sources with an appellant behind: verified on the spot before filing, evaluated before the close."""
SELF_FOUND = frozenset(("grid_worker", "patrol"))
"""Sources that stand in a grid of their own: the two intake paths of the grid worker."""

STATES: Mapping[State, Words] = {
    State.REPORTED: Words("已上报", "reported"),
    State.ACCEPTED: Words("已受理", "accepted"),
    State.VERIFIED: Words("已核实", "verified"),
    State.FILED: Words("已立案", "filed"),
    State.DISPATCHED: Words("已派遣", "dispatched"),
    State.HANDLING: Words("处置中", "being handled"),
    State.FED_BACK: Words("已反馈", "fed back"),
    State.CHECKED: Words("已核查", "checked"),
    State.EVALUATED: Words("已评价", "evaluated"),
    State.CLOSED: Words("已结案", "closed"),
    State.ARCHIVED: Words("已归档", "archived"),
    State.REJECTED: Words("不予受理", "rejected"),
    State.CANCELLED: Words("已作废", "cancelled"),
    State.MERGED: Words("已并案", "merged"),
}
ACTIONS: Mapping[Action, Words] = {
    Action.ACCEPT: Words("受理", "accept"),
    Action.REJECT: Words("不予受理", "reject"),
    Action.VERIFY: Words("核实", "verify"),
    Action.FILE: Words("立案", "file"),
    Action.DISPATCH: Words("派遣", "dispatch"),
    Action.START: Words("开始处置", "begin handling"),
    Action.FEED_BACK: Words("反馈", "feed back"),
    Action.CHECK_PASS: Words("核查通过", "pass the check"),
    Action.CHECK_FAIL: Words("核查不通过（返工）", "fail the check (rework)"),
    Action.EVALUATE: Words("评价", "evaluate"),
    Action.LAPSE: Words("逾期未评", "let the evaluation lapse"),
    Action.CLOSE: Words("结案", "close"),
    Action.ARCHIVE: Words("归档", "archive"),
    Action.SEND_BACK: Words("退回", "send back"),
    Action.ASK_EXTENSION: Words("申请延期", "ask for an extension"),
    Action.GRANT_EXTENSION: Words("同意延期", "grant the extension"),
    Action.REFUSE_EXTENSION: Words("不同意延期", "refuse the extension"),
    Action.SUSPEND: Words("挂账", "suspend"),
    Action.RESUME: Words("解除挂账", "resume"),
    Action.SUPERVISE: Words("督办", "supervise"),
    Action.OBJECT: Words("申诉", "object"),
    Action.ADJUDICATE: Words("裁定", "adjudicate"),
    Action.HAND_OVER: Words("移交", "hand over"),
    Action.CANCEL: Words("作废", "cancel"),
    Action.MERGE: Words("并案", "merge"),
    Action.REOPEN: Words("重新办理", "reopen"),
    Action.ESCALATE: Words("上报上级", "escalate"),
    Action.DIRECT_REPORT: Words("社区直报", "report directly"),
    Action.SORT: Words("分拣", "sort"),
    Action.SELF_HANDLE: Words("自处置", "handle on the spot"),
    Action.ANSWER_DIRECTLY: Words("直接答复", "answer directly"),
    Action.TRANSFER_110: Words("转110", "transfer to 110"),
    Action.NOTE: Words("备注", "note"),
}
IN_FLOW: Mapping[tuple[Flow, Action], Words] = {
    (Flow.ENTERPRISE, Action.CHECK_PASS): Words("回访通过", "return visit: done"),
    (Flow.ENTERPRISE, Action.CHECK_FAIL): Words("回访未办好（返工）", "return visit: not done (rework)"),
    (Flow.ENTERPRISE, Action.EVALUATE): Words("满意度测评", "measure satisfaction"),
    (Flow.ENTERPRISE, Action.LAPSE): Words("逾期未测评", "let the measuring lapse"),
    (Flow.ENFORCEMENT, Action.VERIFY): Words("核实取证", "verify and take evidence"),
}
"""Where a flow has a name of its own for an action."""
FLOWS: Mapping[Flow, Words] = {
    Flow.LIVELIHOOD: Words("民生诉求", "livelihood"),
    Flow.ENTERPRISE: Words("企业诉求", "enterprise"),
    Flow.ENFORCEMENT: Words("执法诉求", "enforcement"),
}
LEVELS: Mapping[Level, Words] = {
    Level.COMMUNITY: Words("社区", "community"),
    Level.STREET: Words("街道", "street"),
    Level.DISTRICT: Words("区", "district"),
}
ROLES: Mapping[Role, Words] = {
    Role.ACCEPTOR: Words("受理员", "acceptor"),
    Role.DISPATCHER: Words("派遣员", "dispatcher"),
    Role.SORTER: Words("分拣员", "sorter"),
    Role.SUPERVISOR: Words("监督员", "supervisor"),
    Role.OFFICER: Words("处置人员", "officer"),
    Role.GRID_WORKER: Words("网格员", "grid worker"),
    Role.COMMUNITY_LEAD: Words("社区负责人", "community lead"),
    Role.STREET_LEAD: Words("街道负责人", "street lead"),
    Role.DISTRICT_LEAD: Words("区负责人", "district lead"),
    Role.PLANNER: Words("规划员", "planner"),
    Role.APPROVER: Words("审批人", "approver"),
    Role.ANALYST: Words("分析员", "analyst"),
    Role.ADMINISTRATOR: Words("管理员", "administrator"),
    Role.AUDITOR: Words("审计员", "auditor"),
    Role.PROGRAM: Words("程序", "the program"),
}


def action_words(action: Action, flow: Flow) -> Words:
    """What an action is called in a flow."""
    return IN_FLOW.get((flow, action), ACTIONS[action])
