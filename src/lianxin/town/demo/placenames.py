"""What the invented places of 连心镇 are called. No name is meant for a place that exists."""

from __future__ import annotations

from typing import Final

TOWN: Final = "连心镇"
# The community at the town's seat comes first.
VILLAGES: Final = (
    "连心社区",
    "柳湾村",
    "槐荫铺村",
    "石磨庄村",
    "桑园店村",
    "青杨渡村",
    "荷塘沿村",
    "鹭栖滩村",
    "杏花坡村",
    "枣林集村",
    "上泉眼村",
    "竹溪口村",
    "麦香岭村",
    "苇子河村",
    "双井沿村",
    "望云岗村",
)
DIGITS: Final = "零一二三四五六七八九"

# Hamlets are called after the family that came first and the ground they stand on.
FAMILIES: Final = (
    "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严魏陶姜谢邹喻章苏潘葛范彭鲁"
    "韦马方任袁柳史唐薛雷贺汤罗郝安常于傅齐康伍余顾孟黄穆萧尹"
)
GROUNDS: Final = ("庄", "家庄", "家岗", "家圩", "家湾", "家楼", "家塘", "家桥", "家铺", "老家")
COMPOUNDS: Final = (
    "锦绣家园",
    "安居小区",
    "梧桐苑",
    "明珠花园",
    "粮站家属院",
    "供销社家属院",
    "教师新村",
    "滨河小区",
    "和顺嘉园",
    "老街大院",
    "丰收里",
    "新集小区",
)
STREETS: Final = (
    "连心大街",
    "迎宾路",
    "文昌路",
    "兴农路",
    "振兴街",
    "滨河路",
    "健康路",
    "老街",
    "学府巷",
    "粮站巷",
)
TOWN_LANDMARKS: Final = (
    "镇政府",
    "镇党群服务中心",
    "镇便民服务中心",
    "镇卫生院",
    "镇派出所",
    "镇中心小学",
    "连心中学",
    "连心农贸市场",
    "连心汽车站",
    "连心广场",
    "连心邮政所",
    "连心信用社",
    "镇中心幼儿园",
    "镇敬老院",
    "镇污水处理站",
)
VILLAGE_LANDMARKS: Final = ("村委会", "小学", "卫生室", "文化广场", "幸福院", "便民超市")
VILLAGE_EXTRAS: Final = ("大桥", "泵站", "水库", "果园", "砖厂", "加油站", "养殖场", "变电站", "苗圃", "粮库")


def numeral(number: int) -> str:
    """1 to 99 in Chinese numerals: 一, 十, 十二, 二十三."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return head + (DIGITS[ones] if ones or not tens else "")


def short(village: str) -> str:
    """What people say for a village: its name without 村 or 社区."""
    return village.removesuffix("村").removesuffix("社区")
