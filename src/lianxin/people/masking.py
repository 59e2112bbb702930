"""What others may see of a name, a telephone number, a text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lianxin.ui.words import mask_figures

# Full-width figures and letters as typed on a Chinese keyboard are found like the narrow ones; one sign for one sign.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B)} | {0x3000: 0x20}
_GAP = r"[-\s.·—]?"
_SURNAME = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦昌苗凤"
    "俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于傅皮卞齐康伍余顾孟黄穆萧尹姚邵湛汪祁毛禹狄贝臧计成戴"
    "宋庞熊纪舒屈项祝董梁杜阮蓝闵席季强贾路娄江童颜郭梅林刁钟徐邱骆高夏蔡田樊胡凌霍虞万柯卢莫房裘缪干解应宗"
    "丁宣邓洪包诸左石崔吉龚程邢裴陆荣翁荀惠曲封储靳焦巴牧谷车侯宓蓬郗班仰秋仲宫宁仇栾甘厉祖武符刘景詹龙叶司"
    "黎溥印怀蒲索赖卓屠蒙池乔阴胥苍闻党翟谭贡劳姬申冉宰雍桑桂濮牛寿边燕尚温庄晏柴瞿阎慕连习艾鱼容向古易廖终"
    "步都耿满匡文寇广东欧沃利蔚越隆师巩聂晁勾敖融冷辛阚简饶曾沙丰关查荆游权盖益桓"
)
_REST = (  # a sign that may stand in a given name: none of punctuation, of places, or that begins the next word
    "[^\x00-\x7f，。！？；：、（）“”…不没"
    "家的在住说把被有是电身手打到从和与及也都就要我你他她这那庄村集湾店楼路街镇乡桥河沟屯寨圩们]"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A personal detail in a text, from `start` to before `end`; `shown`: what stands there for the public.

    `what`: name, phone, id_card, account, plate, mail, chat or door.
    """

    start: int
    end: int
    what: str
    shown: str


_NO = r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})"
_BUILDING = rf"{_NO}\s*(?:号楼|栋|幢|座|#)\s*"
_UNIT = rf"{_NO}\s*单元"
_ROOM = r"\s*[-－]?\d{2,4}\s*(?:室|户|号)?(?!\d)"
_STREET = "路街巷弄道村组队里园湾屯排庄"
_CUE = "(?:我|他|她|名|板|居|主|人|子|儿|女|东|方|司机|本)叫做?|名叫|(?:我|本人)是|姓名|名字|联系人|当事人"
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = r"(?=[A-Z]{0,5}\d)[A-Z0-9]{4,5}[A-Z0-9挂学警港澳]"
# What a rule's group 1 finds stays, and the second string follows it; "": as many stars as there were signs. The first
# rule that finds something keeps it.
_RULES = tuple(
    (what, shown, re.compile(pattern, re.ASCII | re.IGNORECASE))
    for what, shown, pattern in (
        ("mail", "***@***", r"()[\w.+-]+@[\w-]+\.[\w.]*\w"),
        ("chat", "***", r"((?:微信|weixin|wechat|vx|QQ)(?:号码?)?\s*[:是为]?\s*)[A-Z0-9_-]{5,20}"),
        ("id_card", "*" * 15, r"(?<!\d)(\d{3})\d{3}[ -]?(?:\d[ -]?){8}\d{3}[\dX](?![\dA-Z])"),
        ("phone", "********", rf"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d)(?:{_GAP}\d){{8}}(?!\d)"),
        ("phone", "-****", r"(?<!\d)(?<!\d[ -])(0\d{2,3})[- )]{0,2}\d{3,4}[- ]?\d{4}(?![ -]?\d)"),
        ("phone", "****", r"((?:电话|座机|手机|号码|联系|致电|拨打)[^\d\n]{0,4})[2-8]\d{2,3}[- ]?\d{4}(?!\d)"),
        ("account", "****", r"()(?<!\d)\d(?:[ -]?\d){11,18}(?!\d)"),
        ("plate", "·*****", rf"([{_PROVINCE}][A-Z])[·•・.\s-]{{0,2}}{_PLATE}(?![A-Z0-9])"),
        ("door", "***", rf"({_BUILDING})(?:{_UNIT})?{_ROOM}"),
        ("door", "*单元", rf"({_BUILDING}){_UNIT}"),
        ("door", "*单元***", rf"(){_UNIT}{_ROOM}"),
        ("door", "*-*-*", r"()(?<!\d)\d{1,3}[-－]\d{1,3}[-－]\d{2,4}(?!\d)"),
        ("door", "***室", r"()(?<!\d)\d{3,4}\s*室"),
        ("door", "**号", rf"(?<=[{_STREET}])()\s*(?:\d{{1,4}}(?:[-－之]\d{{1,3}})?|{_NO})\s*号(?![楼线院井桥文令])"),
        ("door", "第*户", rf"()第\s*{_NO}\s*户"),
        ("name", "", rf"((?:{_CUE})[:\s]{{0,2}}[{_SURNAME}]){_REST}{{1,2}}"),
    )
)  # fmt: skip


MOBILE = 11  # figures of a mobile number
# Mobile; with area code; local, which never begins with 0 or 1; 400 and 800; service numbers: 110, 12345, 95598.
_SERVICE = r"[48]00\d{7}|11[09]|12[02]|1[0-2]\d{3}|9[56]\d{3,4}"
_LANDLINE = r"[2-9]\d{6,7}"
_AREA = r"0(?:10|2\d|[3-9]\d\d)"
_DIALLED = re.compile(rf"1[3-9]\d{{9}}|(?:{_AREA})?{_LANDLINE}|{_SERVICE}", re.ASCII)


def tidy_phone(text: str) -> str:
    """Digits of a Chinese number as it is dialled, '' when it cannot be one."""
    digits = _figures(text)
    return digits if _DIALLED.fullmatch(digits) else ""


def mobile_off(text: str) -> int:
    """How many figures what begins like a mobile number has too many (below 0: too few); 0 for anything else."""
    digits = _figures(text)
    return len(digits) - MOBILE if re.match(r"1[3-9]\d{2}", digits) else 0


def _figures(text: str) -> str:
    """The figures of a number, those typed on a Chinese keyboard too, without the country's own prefix."""
    plain = text.translate(_NARROW).strip()
    digits = re.sub(r"[^0-9]", "", plain)
    if plain.startswith(("+86", "(+86", "0086")):
        return digits.removeprefix("00").removeprefix("86")
    return digits[2:] if digits.startswith("86") and len(digits) == MOBILE + 2 else digits


def mask_phone(phone: str) -> str:
    """199****0042; as many signs as the number has figures. Of a shorter one half is shown at most."""
    return mask_figures(phone)


def mask_name(name: str) -> str:
    """王某某 becomes 王**: the surname, and as many stars as there are characters."""
    return name[:1] + "*" * (len(name) - 1) if name else ""


def mask_text(text: str, names: Sequence[str] = ()) -> str:
    """A text for the public: what `findings` finds in it is starred. Masking it again changes nothing.

    Names of people nobody introduces cannot be found by a rule; that is why a clerk reads every text before it is
    published.
    """
    at, parts = 0, []
    for found in findings(text, names):
        parts += [text[at : found.start], found.shown]
        at = found.end
    return "".join([*parts, text[at:]])


def mask_address(text: str) -> str:
    """Somebody's address: the door is starred whatever stands before it, where a text would keep it as no door."""
    return re.sub(rf"(?:\d+|{_NO})(?=\s*(?:号(?!楼)|户|室))", "**", mask_text(text), flags=re.ASCII)


def findings(text: str, names: Sequence[str] = ()) -> list[Finding]:
    """The personal details in a text, in order, none in another: the given `names`, and what rules can tell.

    Telephones (mobile, with area code, or called one), identity cards, bank cards, number plates, mail, chat names,
    doors (room, house number, unit with its room; a building alone stays), and names that are introduced as such.
    """
    taken = [False] * len(text)
    found = []
    for each in _found(text, names):
        if each.shown != text[each.start : each.end] and not any(taken[each.start : each.end]):
            taken[each.start : each.end] = [True] * (each.end - each.start)
            found.append(each)
    return sorted(found, key=lambda each: each.start)


def _found(text: str, names: Sequence[str]) -> Iterator[Finding]:
    for name in sorted({name for name in names if len(name) > 1}, key=len, reverse=True):
        for match in re.finditer(re.escape(name), text):
            yield Finding(*match.span(), "name", mask_name(name))
    plain = text.translate(_NARROW)
    for what, shown, pattern in _RULES:
        for match in pattern.finditer(plain):
            stays, end = text[match.start(1) : match.end(1)], match.end()
            yield Finding(match.start(), end, what, stays + (shown or "*" * (end - match.end(1))))
