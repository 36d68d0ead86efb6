"""Why a step is not taken: person, fields and guards checked against the facts, each fault in words."""

from __future__ import annotations

from gis.words import Words
from governance.access import Role
from governance.casework.facts import Facts
from governance.casework.names import (
    LEVELS,
    OPEN,
    ROLES,
    SELF_FOUND,
    STATES,
    DirectReason,
    Level,
    Outcome,
    Satisfaction,
    action_words,
)
from governance.casework.table import Bond, Guard, Transition

__all__ = ["FIELDS", "field_faults", "guard_fault", "person_fault", "returns_to_grid"]

FIELDS = {
    "reason": Words("原因", "a reason"),
    "note": Words("说明", "a note"),
    "lead": Words("牵头部门", "a leading organisation"),
    "result": Words("处置结果", "what was done"),
    "satisfaction": Words("满意度", "how satisfied the appellant is"),
    "into": Words("主案编号", "the number of the main case"),
    "reference": Words("110 接警编号", "the reference of 110"),
    "guidance": Words("答复依据", "the guidance text"),
    "attachments": Words("照片", "photos"),
}
_LEVEL_OF = {
    Role.COMMUNITY_LEAD: Level.COMMUNITY,
    Role.STREET_LEAD: Level.STREET,
    Role.DISTRICT_LEAD: Level.DISTRICT,
}


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.strip().casefold() == other.strip().casefold()


def person_fault(row: Transition, facts: Facts) -> Words | None:
    """Why this person does not take this step."""
    actor, verb = facts.actor, action_words(row.action, facts.flow)
    if not actor.name.strip():
        return Words("缺少经办人", "nobody is named")
    if actor.role not in row.roles:
        listed = [ROLES[role] for role in Role if role in row.roles]
        zh, en = "、".join(words.zh for words in listed), ", ".join(words.en for words in listed)
        return Words(f"{verb.zh}由{zh}办理", f"{verb.en}: only by {en}")
    return _bond_fault(row.bond, facts, verb)


def _bond_fault(bond: Bond, facts: Facts, verb: Words) -> Words | None:
    actor, standing = facts.actor, facts.standing
    organisation = actor.organisation
    match bond:
        case Bond.LEADS if organisation is None or organisation != standing.lead:
            return Words(f"只有牵头部门可以{verb.zh}", f"only the leading organisation can {verb.en}")
        case Bond.SUPPORTS if organisation is None or organisation not in standing.supporting:
            return Words(f"只有协办部门可以{verb.zh}", f"only a supporting organisation can {verb.en}")
        case Bond.WORKS if organisation is None or organisation not in (standing.lead, *standing.supporting):
            return Words(
                f"只有牵头或协办部门可以{verb.zh}", f"only an organisation that works on it can {verb.en}"
            )
        case Bond.AREA if organisation not in facts.area:
            return Words(f"须由事发辖区的监督员{verb.zh}", f"only the supervisor of the area can {verb.en}")
        case Bond.HOLDS if _LEVEL_OF.get(actor.role) is not standing.level or organisation not in facts.area:
            level = LEVELS[standing.level]
            return Words(
                f"案件现由{level.zh}级持有，须由该级负责人{verb.zh}",
                f"the {level.en} of the area holds the case: only its lead can {verb.en}",
            )
        case Bond.NOT_HANDLER if _same(actor.name, standing.handler) or (
            organisation is not None
            and organisation in (standing.handler_organisation, standing.lead, *standing.supporting)
        ):
            return Words(
                f"处置人及处置单位不得{verb.zh}",
                f"whoever worked on it, person or organisation, cannot {verb.en}",
            )
        case Bond.NOT_ASKER if standing.extension is not None and (
            _same(actor.name, standing.extension["by"])
            or _same(organisation, standing.extension["organisation"])
        ):
            return Words("申请人及其部门不得自行审批", "whoever asked, person or organisation, cannot decide")
        case Bond.NOT_OBJECTOR if standing.objection is not None and (
            _same(actor.name, standing.objection["by"])
            or _same(organisation, standing.objection["organisation"])
        ):
            return Words(
                "申诉人及其部门不得自行裁定", "whoever objected, person or organisation, cannot decide"
            )
    return None


def field_faults(row: Transition, facts: Facts) -> list[tuple[str, Words]]:
    """Fields that the step needs and that say nothing, and attachments that are not there."""
    verb = action_words(row.action, facts.flow)
    faults = [
        (name, Words(f"{verb.zh}须填写{FIELDS[name].zh}", f"{verb.en}: {FIELDS[name].en} is needed"))
        for name in row.needs
        if not facts.fields.says(name)
    ]
    faults += [
        ("attachments", Words(f"没有附件 {each}", f"there is no attachment {each} for this case"))
        for each in facts.missing
    ]
    return faults


def guard_fault(guard: Guard, facts: Facts) -> tuple[str | None, Words] | None:
    """What does not hold, and the field it is about."""
    standing, fields = facts.standing, facts.fields
    match guard:
        case Guard.ACTIVE if standing.suspended_at is not None:
            return None, Words("案件已挂账，须先解除", "the case is suspended: resume it first")
        case Guard.SUSPENDED if standing.suspended_at is None:
            return None, Words("案件未挂账", "the case is not suspended")
        case Guard.NOT_SUPERVISED if standing.supervised_at is not None:
            return None, Words("案件已在督办", "the case is supervised already")
        case Guard.APPELLANT if not facts.has_appellant:
            return None, Words("该来源没有诉求人，无此环节", "nobody appealed: this source has no such step")
        case Guard.NO_APPELLANT if facts.has_appellant:
            return None, _with_appellant(facts)
        case Guard.LEAD_KNOWN if facts.lead is None:
            return "lead", Words(
                "未能自动分派，须指定牵头部门", "routing proposes nobody: name who is to lead"
            )
        case Guard.NEW_LEAD if fields.lead is None or fields.lead == standing.lead:
            return "lead", Words("须指定另一个牵头部门", "another leading organisation must be named")
        case Guard.SAME_LEAD if fields.lead not in (None, standing.lead):
            return "lead", Words("牵头部门已变更", "the leading organisation is another one")
        case Guard.DECIDED_RETURN if returns_to_grid(facts) and not fields.says("reason"):
            return "reason", Words(
                "上报处置的案件退回上报人所在网格，须写明决定的理由",
                "back to the grid of who reported it: the decision needs a reason",
            )
        case Guard.SORTING if standing.direct_reason is None:
            return None, Words("案件不在区分拣台", "the case does not lie at the district's sorting desk")
        case Guard.NOT_SORTING if standing.direct_reason is not None:
            return None, Words("案件在区分拣台待分拣", "the case waits at the district's sorting desk")
        case Guard.DIRECT_REASON if fields.reason not in set(DirectReason):
            return "reason", Words(
                "直报原因限三种：涉及多部门、清单之外、责任不清",
                "a direct report has one of three reasons: " + ", ".join(DirectReason),
            )
        case Guard.OBJECTED if standing.objection is None:
            return None, Words("没有待裁定的申诉", "no objection waits")
        case Guard.NOT_OBJECTED if standing.objection is not None:
            return None, Words("申诉待裁定", "an objection waits for adjudication")
        case Guard.ASKED if standing.extension is None:
            return None, Words("没有待审批的延期申请", "no extension was asked for")
        case Guard.NOT_ASKED if standing.extension is not None:
            return None, Words("已有待审批的延期申请", "an extension was asked for already")
        case Guard.EXTENT:
            return _extent_fault(facts)
        case Guard.MAIN_FITS:
            return _main_fault(facts)
        case Guard.SELF_FOUND if facts.source not in SELF_FOUND:
            return None, Words("仅限网格员或巡查上报的案件", "only what a grid worker or a patrol reported")
        case Guard.BEFORE_AND_AFTER if not facts.evidence >= {"before", "after"}:
            return "attachments", Words("须有处置前、处置后照片", "photos of before and after are needed")
        case Guard.SELF_HANDLED if standing.outcome is not Outcome.SELF_HANDLED:
            return None, Words("案件不是自处置", "the case was not handled on the spot")
        case Guard.NOT_SELF_HANDLED if standing.outcome is Outcome.SELF_HANDLED:
            return None, Words(
                "自处置的案件改为立案派遣", "handled on the spot: it is filed and dispatched instead"
            )
        case Guard.UNSATISFIED if standing.satisfaction is not Satisfaction.UNSATISFIED:
            return None, Words("诉求人没有表示不满意", "the appellant is not unsatisfied")
        case Guard.REASON_IF_UNSATISFIED if (
            standing.satisfaction is Satisfaction.UNSATISFIED and not fields.says("reason")
        ):
            return "reason", Words(
                "诉求人不满意，结案须写明理由", "the appellant is unsatisfied: closing it needs a reason"
            )
        case Guard.RATED if standing.outcome is Outcome.HANDLED and standing.satisfaction is None:
            return None, Words("尚未测评满意度", "satisfaction has not been measured yet")
        case Guard.NOT_RATED if standing.satisfaction is not None:
            return None, Words("已测评满意度", "satisfaction has been measured")
        case Guard.ANSWERED if standing.outcome not in (Outcome.DIRECT_ANSWER, Outcome.TRANSFERRED_110):
            return None, Words("案件经派遣处置", "the case was dispatched")
        case Guard.NOT_ANSWERED if standing.outcome in (Outcome.DIRECT_ANSWER, Outcome.TRANSFERRED_110):
            return None, Words("案件未经派遣", "the case was never dispatched")
        case Guard.LAPSED if standing.lapses_at is None or standing.lapses_at > facts.now:
            return None, Words("等待评价的期限未到", "the time to evaluate is not over")
        case Guard.LATE if facts.due_at is None or facts.due_at >= facts.now:
            return None, Words("案件未超期", "the case is not late")
        case Guard.BELOW_DISTRICT if standing.level is Level.DISTRICT:
            return None, Words("案件已由区级持有", "the district holds the case already")
    return None


def returns_to_grid(facts: Facts) -> bool:
    """Whether the step gives what a grid worker reported to the organisations of that very grid."""
    supporting = facts.fields.supporting or ()
    return bool(facts.reporter_grid & {facts.lead, *supporting})


def _with_appellant(facts: Facts) -> Words:
    state = STATES[facts.standing.state]
    return Words(
        f"公众诉求处于“{state.zh}”时须先由监督员核实、由诉求人评价",
        f"somebody appealed: from {state.en} it is verified, or evaluated, first",
    )


def _extent_fault(facts: Facts) -> tuple[str, Words] | None:
    fields = facts.fields
    if fields.until is not None:
        if fields.amount is not None:
            return "until", Words("时长和截止时间只填一个", "an amount or a moment, not both")
        if fields.until <= facts.now:
            return "until", Words("截止时间须在将来", "the moment must be in the future")
        return None
    if fields.amount is None or fields.unit is None:
        return "amount", Words(
            "须填写延长的时长和单位，或截止时间", "an amount with its unit, or a moment, is needed"
        )
    if fields.amount <= 0:
        return "amount", Words("时长须大于零", "the amount must be more than nothing")
    return None


def _main_fault(facts: Facts) -> tuple[str, Words] | None:
    main, given = facts.main, facts.fields.into
    if main is None:
        return "into", Words(f"没有案件 {given}", f"there is no case {given}")
    if main.number == facts.number:
        return "into", Words("不能并入自身", "a case is not merged into itself")
    if main.duplicate_of is not None:
        return "into", Words(
            f"{main.number} 已并入 {main.duplicate_of}",
            f"{main.number} is merged into {main.duplicate_of} itself",
        )
    if main.state not in OPEN:
        state = STATES[main.state]
        return "into", Words(f"主案{state.zh}", f"the main case is {state.en}")
    return None
