"""Invented names and telephone numbers. Nobody is meant; the numbers lie in a block of our own making."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

# Surnames with their rough share, commonest first; the tail keeps a village from sounding like a list.
SURNAMES: Final = (
    "王王王王王王王李李李李李李李张张张张张张刘刘刘刘陈陈陈陈杨杨杨赵赵赵黄黄周周周吴吴徐徐孙孙孙马马朱朱胡胡"
    "郭郭何何高高林罗郑郑梁谢宋宋唐许许韩韩冯冯邓曹曹彭曾肖田董潘袁蔡蒋余于于杜叶程魏魏苏吕吕丁丁任卢姚沈钟姜崔"
    "谭陆范汪廖石金韦贾夏付方邹熊白孟孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万钱覃武戴孔汤庄葛褚殷"
)
MALE: Final = {
    "old": "德福 长根 富贵 庆山 守田 保国 金锁 怀玉 传忠 兴旺 树林 家祥 广才 玉堂 文奎 学礼 继先 开明 立仁 同喜 来顺 万仓 成山 永昌 士林 克勤 敬民 汉章 贵生 春和".split(),
    "middle": "建国 卫东 志强 国庆 爱民 建军 振华 海涛 永刚 新民 红兵 大勇 立新 庆丰 学军 继东 光明 保平 传华 德才 树军 文革 兴国 洪波 长江 玉柱 双喜 胜利 小平 玉林 明远 成武".split(),
    "young": "浩 磊 鹏 伟 超 帅 凯 亮 俊杰 子豪 宇航 天佑 一鸣 志远 家辉 文博 明轩 泽宇 晓东 海洋 立峰 少华 新宇 嘉诚 思远 博文 龙飞 建业 振宇 晨光 旭东 景行".split(),
}
FEMALE: Final = {
    "old": "桂英 秀兰 玉兰 素珍 凤英 秀英 翠花 桂芝 玉梅 淑芬 兰芝 巧云 月娥 金凤 彩霞 世英 素芳 广兰 传芝 继英 爱荣 春芝 贵兰 文秀 学英 荷花 银环 桃香".split(),
    "middle": "丽华 秀丽 红霞 建英 桂芹 爱华 美玲 春梅 海燕 晓红 秋菊 玉芹 素云 国英 凤霞 艳红 翠萍 志英 永芳 新荣 春兰 淑珍 小娟 会玲 庆梅 立芳 成霞 广玲".split(),
    "young": "静 敏 婷 雪 娜 倩 慧 悦 雨桐 欣怡 梦瑶 佳琪 诗涵 思雨 晓雯 梓萱 婉清 若楠 晨曦 嘉怡 雅婷 文静 海霞 莹莹 露露 佳慧 书瑶 子涵 安琪 悦宁".split(),
}
ODD: Final = "守庆继传广学兆怀永德为宗显绪尚茂恩维昭敬"  # generation characters of family books
SECOND: Final = "山林生才贤玲云珍兰敏田安平伦海军娥旺春明霞"
AGES: Final = ("old", "middle", "young")
BLOCK: Final = "1990000"


@dataclass(frozen=True, slots=True)
class Name:
    """A full name, with what the texts need to know of its bearer."""

    full: str
    sex: str  # male | female
    age: str  # old | middle | young

    @property
    def polite(self) -> str:
        """王先生, 李女士, 张大爷, 赵大娘: how a clerk writes of somebody."""
        words = ("大爷", "大娘") if self.age == "old" else ("先生", "女士")
        return self.full[0] + words[self.sex == "female"]


class People:
    """Draws names that are not drawn twice, and numbers that belong to one person each."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken: set[str] = set()
        self._numbers = rng.sample(range(10_000), 10_000)

    def name(self, age: str = "") -> Name:
        """A name nobody has yet, of an age when one is asked for."""
        while True:
            drawn = self._draw(age or self._rng.choice(AGES))
            if drawn.full not in self._taken:
                self._taken.add(drawn.full)
                return drawn

    def phone(self) -> str:
        """An eleven-digit number of the invented block, given once. IndexError after ten thousand."""
        return f"{BLOCK}{self._numbers.pop():04d}"

    def _draw(self, age: str) -> Name:
        rng = self._rng
        sex = rng.choice(("male", "female"))
        if rng.random() < 0.35 and age != "young":
            given = rng.choice(ODD) + rng.choice(SECOND)
        else:
            given = rng.choice((MALE if sex == "male" else FEMALE)[age])
        return Name(rng.choice(SURNAMES) + given, sex, age)
