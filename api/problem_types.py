"""The types of problems (RFC 9457): code, status, title and description of each, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from governance.incidents.answers import Name

__all__ = ["PROBLEMS", "ProblemType"]


@dataclass(frozen=True)
class ProblemType:
    """One kind of problem; ``/problems/<code>`` describes it."""

    code: str
    status: int
    title: Name
    description: Name

    @property
    def type(self) -> str:
        """The type as RFC 9457 wants it: an address relative to the server."""
        return f"/problems/{self.code}"


def _table(*types: tuple[str, int, str, str, str, str]) -> Mapping[str, ProblemType]:
    return {
        code: ProblemType(code, status, Name(zh=zh, en=en), Name(zh=about_zh, en=about_en))
        for code, status, zh, en, about_zh, about_en in types
    }


PROBLEMS = _table(
    (
        "bad-parameter", 400, "参数有误", "Bad parameter",
        "参数或请求正文的某个字段缺失、格式错误或超出范围；errors 列出每个字段及原因。",
        "A parameter or a field of the body is missing, malformed or out of range; errors names each field.",
    ),
    (
        "unknown-parameter", 400, "未知参数", "Unknown parameter",
        "请求带有本接口没有的查询参数；为避免误以为筛选已生效，请求被拒绝。",
        "The request carries a query parameter this route does not have; it is refused, not ignored.",
    ),
    (
        "unknown-category", 400, "未知事项类别", "Unknown category",
        "类别键不在本市的任何目录中；类别清单见 GET /api/categories。",
        "The category key is in no catalogue of this city; GET /api/categories lists them.",
    ),
    (
        "unknown-coordinate-system", 400, "未知坐标系", "Unknown coordinate system",
        "声明的坐标系无法转换；可用 wgs84、cgcs2000、gcj02、bd09 或 EPSG:nnnn。",
        "The declared system cannot be converted; use wgs84, cgcs2000, gcj02, bd09 or EPSG:nnnn.",
    ),
    (
        "unknown-zone", 400, "未知网格或区域", "Unknown zone",
        "筛选所用的图层或编码不存在；写法为 <layer>:<code>。",
        "The layer or code a filter names does not exist; it is written <layer>:<code>.",
    ),
    (
        "unknown-organisation", 400, "未知部门", "Unknown organisation",
        "部门编码不存在；部门清单见 GET /api/organisations。",
        "No organisation has this code; GET /api/organisations lists them.",
    ),
    (
        "sign-in-needed", 401, "需要登录", "Sign-in needed",
        "此接口只对已登录者开放；请登录，或以 Authorization: Bearer 送上令牌。",
        "This route is for people who have signed in; sign in, or send a token as Authorization: Bearer.",
    ),
    (
        "not-allowed", 403, "没有权限", "Not allowed",
        "您的角色不能使用此接口，或不能这样更改；由管理员授予角色与范围。",
        "Your roles do not open this route, or do not allow this change; administrators grant roles.",
    ),
    (
        "sign-in-failed", 401, "登录失败", "Sign-in failed",
        "名称或密码有误，账号已停用，或单点登录未能确认身份或没有授予任何角色；具体原因只记入服务器日志。",
        "Name or password are wrong, the account is closed, or single sign-on found nobody with a role.",
    ),
    (
        "csrf-token", 403, "请求可能来自别的页面", "Request may come from another page",
        "凭会话更改内容时须带 X-CSRF-Token，其值见 GET /api/me 的 csrf；令牌（Bearer）不需要。",
        "A session changes something only with X-CSRF-Token, `csrf` of GET /api/me; bearer tokens need none.",
    ),
    (
        "not-found", 404, "未找到", "Not found",
        "此地址没有内容：路径、编号、编码或瓦片不存在。",
        "There is nothing at this address: no such path, number, code or tile.",
    ),
    (
        "method-not-allowed", 405, "方法不被允许", "Method not allowed",
        "此地址不支持该 HTTP 方法；Allow 头列出可用的方法。",
        "The address does not take this HTTP method; the Allow header lists those it takes.",
    ),
    (
        "conflicting-report", 409, "上报内容冲突", "Conflicting report",
        "同一来源以同一 source_ref 报送过不同的内容；已存的事件未改动。",
        "The source sent the same source_ref before with other content; the stored incident is unchanged.",
    ),
    (
        "account-refused", 409, "账号或令牌的更改未通过", "Account refused",
        "名称已被使用、密码过于常见、范围不存在，或将不再有管理员（errors 指明字段）；未写入任何内容。",
        "The name is taken, the password too common, the scope nowhere, or no administrator would be left.",
    ),
    (
        "not-overridden", 409, "没有人工改派", "Not overridden",
        "该事件没有人工改派，无可撤销。",
        "Nobody chose an organisation for this incident by hand; there is nothing to lift.",
    ),
    (
        "case-changed", 409, "案件已被他人处理", "Case changed meanwhile",
        "所给 revision 不是案件当前的 revision：已有他人处理；未写入任何内容，请重新读取。",
        "The revision given is not the case's present one: somebody took a step; nothing was stored.",
    ),
    (
        "case-step", 409, "此步骤现在不可行", "Step not allowed now",
        "案件的状态、办理人或所填内容不允许此步骤；errors 列出每条原因，未写入任何内容。",
        "State, person or fields do not allow the step; errors has each reason. Nothing was stored.",
    ),
    (
        "rule-changed", 409, "规则已被更改", "Rule changed meanwhile",
        "所给 version 不是该规则当前的 version：已有他人更改，或编码已被使用；未写入任何内容，请重新读取。",
        "The version given is not the rule's present one, or the code is in use; nothing was stored.",
    ),
    (
        "rules-refused", 409, "规则未通过检查", "Rules refused",
        "更改后的规则有错误（errors 逐条列出）：引用不存在的对象，或有规则永远不起作用；什么都没有写入。",
        "The changed rules would name what does not exist, or could never decide; errors names each fault.",
    ),
    (
        "deadlines-changed", 409, "时限或日历已被更改", "Deadlines changed meanwhile",
        "所给 revision 不是当前的 revision：已有他人更改时限、日历或工作时间；未写入任何内容，请重新读取。",
        "The revision given is not the present one: somebody changed limits or calendar; nothing was stored.",
    ),
    (
        "deadlines-refused", 409, "时限或日历未通过检查", "Deadlines refused",
        "更改后的时限、日历或工作时间有误，或经办人无权更改（errors 逐条列出）；什么都没有写入。",
        "Limits, calendar or hours would be wrong, or the role may not; errors names each. Nothing stored.",
    ),
    (
        "place-not-believed", 409, "位置不可信", "Place not believed",
        "人工给出的位置与本市的情况不符（例如在本市之外），未作改动；errors 的 code 说明原因。",
        "The place a person gives cannot be meant; the code in errors says why. Nothing was changed.",
    ),
    (
        "attachment-not-free", 409, "附件不可用", "Attachment not free",
        "所列照片或文件不存在、已被清理，或已属于别的事件；errors 指出是哪一个，未写入任何内容。",
        "A photo or file named does not exist, was removed, or belongs to something; errors says which.",
    ),
    (
        "not-redrawable", 409, "无法重新划分", "Not redrawable",
        "只有网格图层可以编制方案，且该时刻该范围内须有网格和地块。",
        "Plans are made for layers of grids, where there are zones and land units at that moment.",
    ),
    (
        "plan-exists", 409, "方案编码已被使用", "Plan code in use",
        "已有方案使用此编码；请换一个，或不给编码由系统编排。",
        "There is a plan with this code; take another, or leave it out to be given one.",
    ),
    (
        "plan-not-draft", 409, "方案不是草案", "Plan is no draft",
        "方案已提交、批准、发布或撤回，不能再修改划分。",
        "The plan is submitted, approved, published or withdrawn: nothing can be drawn in it.",
    ),
    (
        "plan-conflict", 409, "方案已被他人更改", "Plan changed meanwhile",
        "他人已改动同一地块或同一网格属性，或该步骤已不能撤销；conflicts 列出双方的值，未写入任何内容。",
        "Somebody changed the same since, or a step cannot be taken back; conflicts has both values.",
    ),
    (
        "plan-refused", 409, "方案未获通过", "Plan refused",
        "方案的状态、经办人、时间或内容不允许这样做；errors 列出每条原因及其类别，未写入任何内容。",
        "State, person, moment or the plan itself does not allow it; errors has each reason and its kind.",
    ),
    (
        "task-refused", 409, "不能这样办理", "Task refused",
        "任务或指引的状态、经办人的角色不允许这样做；errors 的 code 说明原因，未写入任何内容。",
        "The state of the task or text, or the role of who asks, does not allow it; errors says why.",
    ),
    (
        "zone-locked", 409, "网格已锁定", "Zone locked",
        "网格的锁定方式不允许移出或移入地块；解锁后才能改动。",
        "The zone's lock lets no unit leave, or none enter; unlock it first.",
    ),
    (
        "move-refused", 409, "无法这样移动", "Move refused",
        "该移动不成立：跨社区、网格或地块不存在、划线未切开网格等；errors 的 code 说明原因。",
        "Across communities, no such zone or unit, a line that divides nothing; the code in errors says why.",
    ),
    (
        "impossible-proposal", 409, "无法搜索方案建议", "Proposals cannot be searched",
        "所给条件相互矛盾，或同时进行的搜索过多；errors 说明原因。",
        "The wishes contradict each other, or too many searches are under way; errors says which.",
    ),
    (
        "too-large", 413, "请求过大", "Request too large",
        "请求正文超过上限（256 kB；方案文件 32 MB；照片和文件另有上限，由运行者设定）。",
        "The body is over the limit: 256 kB; 32 MB for a plan; for photos and files as the operator set.",
    ),
    (
        "unsupported-file", 415, "不接受的文件", "File not taken",
        "按内容判断，该文件不是可接受的图片或 PDF，或已损坏，或像素过多；errors 的 code 说明原因。",
        "By its content it is no picture or PDF, is damaged, or has too many pixels; errors says which.",
    ),
    (
        "too-many-tries", 429, "尝试过于频繁", "Too many tries",
        "同一账号或同一地址的尝试过多；retry_after 与 Retry-After 头为再试前须等待的秒数。",
        "Too many tries for an account or from an address; retry_after and Retry-After say how long to wait.",
    ),
    (
        "internal-error", 500, "内部错误", "Internal error",
        "服务器出错，细节已写入日志。",
        "The server failed; details are in its log.",
    ),
    (
        "city-missing", 503, "尚未建立城市", "No city yet",
        "数据库中还没有城市数据；请先载入示例或导入数据。",
        "The database holds no city yet; load the sample or import data first.",
    ),
    (
        "font-missing", 503, "缺少中文字体", "No font for reports",
        "服务器上没有可用于报告的中文字体；请安装 fonts-wqy-microhei，或设置 GRIDGOV_REPORT_FONT。",
        "There is no font with Chinese characters: install fonts-wqy-microhei or set GRIDGOV_REPORT_FONT.",
    ),
    (
        "exports-busy", 503, "导出繁忙", "Too many exports",
        "同时进行的导出已达上限；请按 Retry-After 稍后再试。",
        "As many exports are under way as this server makes at a time; try again after Retry-After.",
    ),
    (
        "database-away", 503, "数据库不可用", "Database away",
        "数据库暂时无法连接；请稍后重试。",
        "The database cannot be reached at the moment; try again shortly.",
    ),
    (
        "storage-away", 503, "文件存储不可用", "File storage away",
        "存放照片和文件的目录或对象存储暂时无法使用；请稍后重试。",
        "The folder or the object store of photos and files cannot be used at the moment; try again.",
    ),
    (
        "too-slow", 503, "查询超时", "Query took too long",
        "查询超过时限而被取消；请缩小范围。",
        "The query was cancelled at its time limit; narrow it down.",
    ),
)  # fmt: skip
