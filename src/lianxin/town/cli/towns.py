"""`town create` and `town list`: set up a town in earnest, with the settings every town begins with."""

import re
from typing import Any

import click

from lianxin.town.cli.starting import Fault, django_ready, migrate, must_ring, say


@click.group(short_help="乡镇。Towns.")
def town() -> None:
    """设立乡镇、列出乡镇。Set up towns, list them."""


@town.command(short_help="设立乡镇。Set up a town.")
@click.argument("letters")
@click.option("--name", required=True, help="名称，如 柳河镇。The town's name.")
@click.option("--code", required=True, help="行政区划代码，9 位或 12 位数字。Administrative code, 9 or 12 digits.")
@click.option("--name-en", default="", help="英文名称。The name in English.")
@click.option("--county", default="", help="所属县（市、区）。The county.")
@click.option("--phone", default="", help="服务电话，公开显示。The public telephone number.")
@click.option("--host", default=None, help="域名；一个系统有几个乡镇时按它区分。Host name, where there are several.")
def create(letters: str, **about: Any) -> None:
    """设立乡镇，LETTERS 是事项编号的开头字母（1 到 4 个），并装入通用的角色、单位、类别、时限和闭环。

    Sets up a town and gives it the usual roles, units, categories, limits and workflows. LETTERS begin its numbers.
    """
    letters = letters.upper()
    _must_be_sound(letters, about["code"])
    django_ready(migrated=False)
    migrate()  # an empty database will do
    from django.utils import timezone

    from lianxin.keys.models import Town
    from lianxin.town.base import set_up

    must_ring(about["phone"])
    for column, value in (("letters", letters), ("code", about["code"]), ("host", about["host"])):
        if value and Town.objects.filter(**{column: value}).exists():
            raise Fault(f"已经有乡镇用了 {value}。", f"There is a town with {value} already.")
    set_up(Town(letters=letters, **about), now=timezone.now())
    say(f"已设立{about['name']}（{letters}）。", f"{letters} is set up.")
    account = f"lianxin user create admin --name 姓名 --role admin --unit party_office --town {letters}"
    say(f"接下来开设系统管理员：{account}")
    say("启动后用它登录，“设置”里写着还缺什么。", "Next: make the administrator's account, sign in, and see Set-up.")
    if not about["host"] and Town.objects.count() > 1:
        say(
            f"这里有几个乡镇：没有域名的，请从 /?town={letters} 进入。",
            f"There are several towns: without a host name, enter at /?town={letters}.",
        )


def _must_be_sound(letters: str, code: str) -> None:
    if not re.fullmatch(r"[A-Z]{1,4}", letters):
        raise Fault(f"代号应为 1 到 4 个拉丁字母，不是 {letters!r}。", f"1 to 4 Latin letters, not {letters!r}.")
    if not re.fullmatch(r"\d{9}|\d{12}", code):
        raise Fault(
            f"行政区划代码应为 9 位或 12 位数字，不是 {code!r}。", f"The code has 9 or 12 digits, not {code!r}."
        )


@town.command("list", short_help="列出乡镇。List the towns.")
def list_towns() -> None:
    """列出已设立的乡镇。The towns that are set up."""
    django_ready()
    from lianxin.keys.models import Town

    for each in Town.objects.order_by("letters"):
        click.echo("\t".join((each.letters, each.code, each.name, each.host or "")))
