"""Names that sound like Laoshan: streets, compounds, people."""

from __future__ import annotations

import numpy as np

_NUMERALS = "一二三四五六七八九十"

# Local roads in Laoshan are largely named after mountain passes and cities; the first part below.
_FIRST = {
    "梅": "Mei", "松": "Song", "竹": "Zhu", "枫": "Feng", "桂": "Gui", "银": "Yin", "金": "Jin",
    "翠": "Cui", "青": "Qing", "海": "Hai", "云": "Yun", "霞": "Xia", "朝": "Chao", "文": "Wen",
    "瑞": "Rui", "祥": "Xiang", "泰": "Tai", "和": "He", "安": "An", "宁": "Ning", "昌": "Chang",
    "盛": "Sheng", "兴": "Xing", "福": "Fu", "玉": "Yu", "石": "Shi", "泉": "Quan", "溪": "Xi",
    "月": "Yue", "凤": "Feng", "鹤": "He", "龙": "Long", "秀": "Xiu", "明": "Ming", "清": "Qing",
    "长": "Chang", "永": "Yong", "东": "Dong", "南": "Nan", "北": "Bei",
}  # fmt: skip
_SECOND = {
    "岭": "ling", "山": "shan", "川": "chuan", "江": "jiang", "湾": "wan", "泽": "ze", "阳": "yang",
    "州": "zhou", "城": "cheng", "原": "yuan", "田": "tian", "林": "lin", "景": "jing", "港": "gang",
    "峰": "feng", "源": "yuan",
}  # fmt: skip

# Cities and provinces of the country would be no local roads here.
_TAKEN = frozenset(
    ["青州", "泰州", "福州", "金州", "永州", "明州", "昌江", "长城", "长江", "泰山", "东阳", "安阳"]
)


_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅"
    "沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎江姜曲纪逄辛矫"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰建国志文海峰晓东慧雪梅鹏飞宇欣怡佳琪子涵浩然思源"
    "立新春红"
)


class StreetNames:
    """Hands out street names, each once."""

    def __init__(self, random: np.random.Generator) -> None:
        pairs = [(a, b) for a in _FIRST for b in _SECOND if a + b not in _TAKEN]
        order = random.permutation(len(pairs))
        self._pairs = [pairs[index] for index in order]
        self._next = 0

    def _take(self) -> tuple[str, str]:
        a, b = self._pairs[self._next % len(self._pairs)]
        turn = self._next // len(self._pairs)
        self._next += 1
        zh, en = a + b, _FIRST[a] + _SECOND[b]
        if turn:
            zh, en = f"{zh}{_NUMERALS[turn - 1]}", f"{en} {turn}"
        return zh, en

    def main(self) -> tuple[str, str]:
        """Name of a secondary or tertiary road."""
        zh, en = self._take()
        return f"{zh}路", f"{en} Road"

    def local(self) -> tuple[str, str]:
        """Name of a residential street."""
        zh, en = self._take()
        return (f"{zh}街", f"{en} Street") if self._next % 4 == 0 else (f"{zh}路", f"{en} Road")

    @staticmethod
    def village(name_zh: str, name_en: str, number: int, label: str) -> tuple[str, str]:
        """Name of a village lane by its running number."""
        ten, one = divmod(number, 10)
        numeral = ("" if ten == 0 else "十" if ten == 1 else f"{_NUMERALS[ten - 1]}十") + (
            _NUMERALS[one - 1] if one else ""
        )
        kind = "Road" if label == "路" else "Lane"
        return f"{name_zh}{numeral}{label}", f"{name_en} {kind} {number}"


def chinese_number(number: int) -> str:
    """Chinese numeral of 1 to 99: 12 is 十二."""
    ten, one = divmod(number, 10)
    head = "" if ten == 0 else "十" if ten == 1 else f"{_NUMERALS[ten - 1]}十"
    return head + (_NUMERALS[one - 1] if one else "")


def person_names(count: int, random: np.random.Generator) -> list[str]:
    """Invented names; two persons may share one, as in life."""
    weights = 1.0 / (np.arange(len(_SURNAMES)) + 4.0)
    first = random.choice(len(_SURNAMES), count, p=weights / weights.sum())
    given = random.integers(0, len(_GIVEN), (count, 2))
    short = random.random(count) < 0.18
    return [
        _SURNAMES[a] + _GIVEN[b] + ("" if alone else _GIVEN[c])
        for a, (b, c), alone in zip(first.tolist(), given.tolist(), short.tolist(), strict=True)
    ]
