"""`user create` and `user reset`: accounts of people who work in a town."""

import re
from typing import Any

import click

from lianxin.town.cli.starting import Fault, django_ready, must_ring, say, town_named

PASSWORD = click.password_option(
    prompt_required=False, default="", help="密码；不给则生成并显示一次。Password; else made and shown once."
)


def _weak(messages: list[str]) -> tuple[str, str]:
    return "密码太弱：至少 10 位，且不能是常见密码。", "The password is too weak: " + " ".join(messages)


@click.group(short_help="账号。Accounts.")
def user() -> None:
    """开设账号、重设密码。Make accounts, reset passwords."""


@user.command(short_help="开设账号和岗位。Make an account and its post.")
@click.argument("username")
@click.option("--name", required=True, help="姓名。The person's name.")
@click.option("--role", required=True, help="角色，如 clerk。A role's key, as clerk.")
@click.option("--unit", "unit_key", required=True, help="单位代号，如 desk。A unit's key, as desk.")
@click.option("--grid", "grid_code", default="", help="网格编码（网格员、网格长）。A grid's code, for its people.")
@click.option("--title", default="", help="职务。The post's title.")
@click.option("--phone", default="", help="电话。Telephone.")
@click.option("--town", "letters", default="", help="乡镇字母代号。Letters of the town, where there are several.")
@PASSWORD
def create(username: str, letters: str, password: str, **about: str) -> None:
    """开设账号 USERNAME 并给予岗位。Make the account USERNAME and give it a post."""
    django_ready()
    from django.core.exceptions import ValidationError
    from django.db import transaction
    from django.utils import timezone

    from lianxin.people.actions import create_account
    from lianxin.people.actors import system
    from lianxin.people.models import Account

    town, now = town_named(letters), timezone.now()
    if not re.fullmatch(r"[\w.@+-]{2,60}", username) or not about["name"].strip():
        raise Fault(
            "账号应为 2 到 60 个字母、数字或 . @ + - _，姓名不能为空。",
            "A user name has 2 to 60 letters, figures or . @ + - _, and the person a name.",
        )
    phone = must_ring(about["phone"])
    post = _post(town, about)
    if Account.objects.filter(username=username).exists():
        raise Fault(f"账号 {username} 已经存在。", f"The account {username} exists already.")
    try:
        with transaction.atomic():
            account, plain = create_account(
                username, about["name"], actor=system(town), now=now, phone=phone, password=password or None
            )
            post.account, post.starts = account, timezone.localdate(now)
            _give(post, town, now)
    except ValidationError as weak:
        raise Fault(*_weak(weak.messages)) from weak
    say(f"已开设账号 {username}（{town.name}）。", f"The account {username} is made.")
    if not password:
        say(f"密码（只显示这一次）：{plain}", "its password, shown this once")
    _tell_it_is_the_first()


def _tell_it_is_the_first() -> None:
    """Whoever holds it chooses their own at the first sign-in."""
    from lianxin.people.passwords import first_lasts

    lasts = first_lasts()
    if lasts is None:
        say("本人登录后须先换成自己的密码。", "It has to be replaced at the first sign-in.")
    else:
        told = f"To be replaced at the first sign-in, within {lasts.days} days."
        say(f"请在 {lasts.days} 天内登录，登录后须先换成自己的密码。", told)


def _post(town: Any, about: dict[str, str]) -> Any:
    """The post to be given, checked; raises Fault."""
    from lianxin.people.models import Post, Role, Unit
    from lianxin.places.models import Grid

    role = Role.objects.for_system("user", town).filter(key=about["role"]).first()
    unit = Unit.objects.for_system("user", town).filter(key=about["unit_key"]).first()
    grid = Grid.objects.for_system("user", town).filter(code=about["grid_code"], valid_to=None).first()
    for value, word, zh, rows in (
        (role, about["role"], "角色", Role.objects.for_system("user", town)),
        (unit, about["unit_key"], "单位", Unit.objects.for_system("user", town).filter(grid=None)),
    ):
        if value is None:
            known = ", ".join(rows.values_list("key", flat=True).order_by("key"))
            raise Fault(f"没有{zh} {word}（现有：{known}）。", f"There is no {word} (there are: {known}).")
    if about["grid_code"] and grid is None:
        raise Fault(f"没有网格 {about['grid_code']}。", f"There is no grid {about['grid_code']}.")
    return Post(town=town, role=role, unit=unit, grid=grid, title=about["title"])


def _give(post: Any, town: Any, now: Any) -> None:
    from lianxin.keys.cache import bump
    from lianxin.ledger.rows import add_row
    from lianxin.people.actors import system

    add_row(post, "post", actor=system(town), now=now, act="give")
    bump(town)


@user.command(short_help="重设密码。Reset a password.")
@click.argument("username")
@click.option("--town", "letters", default="", help="乡镇字母代号。Letters of the town, where there are several.")
@PASSWORD
def reset(username: str, letters: str, password: str) -> None:
    """给账号 USERNAME 换密码，并使其已登录的会话失效。Give USERNAME another password; its sessions end."""
    django_ready()
    from django.core.exceptions import ValidationError
    from django.utils import timezone

    from lianxin.people.actions import reset_password
    from lianxin.people.actors import system
    from lianxin.people.models import Account

    account = Account.objects.filter(username=username).first()
    if account is None:
        raise Fault(f"没有账号 {username}。", f"There is no account {username}.")
    town = town_named(letters or _town_of(account))
    try:
        plain = reset_password(account, actor=system(town), now=timezone.now(), password=password or None)
    except ValidationError as weak:
        raise Fault(*_weak(weak.messages)) from weak
    say(f"已重设 {username} 的密码。", f"The password of {username} is reset.")
    if not password:
        say(f"密码（只显示这一次）：{plain}", "shown this once")
    _tell_it_is_the_first()


def _town_of(account: Any) -> str:
    """The letters of the town an account works in, '' when it has no post."""
    from lianxin.keys.models import Town
    from lianxin.keys.scope import EVERY_TOWN
    from lianxin.people.models import Post

    held = Post.objects.for_system("whose account", EVERY_TOWN).filter(account=account).order_by("id").first()
    return Town.objects.get(pk=held.town_id).letters if held else ""


@user.command(short_help="生成访问令牌。Make an access token.")
@click.argument("username")
@click.option("--name", required=True, help="用途，如接入的系统。What it is for.")
@click.option(
    "--scope", "scopes", multiple=True, default=("cases:read",), show_default=True,
    help="权限范围，可多次给出：cases:read cases:write setup:read setup:write。"
    "What it may do; may be given several times.",
)  # fmt: skip
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="有效天数。Days it lasts.")
@click.option("--town", "letters", default="", help="乡镇字母代号。Letters of the town, where there are several.")
def token(username: str, name: str, scopes: tuple[str, ...], days: int, letters: str) -> None:
    """让程序以账号 USERNAME 的岗位调用接口，令牌只显示这一次。

    Lets a program act as the post of USERNAME, within the scopes; the token is shown this once.
    """
    django_ready()
    from django.utils import timezone

    from lianxin.people.actions import create_token
    from lianxin.people.actors import system
    from lianxin.people.tokens import SCOPES

    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise Fault(f"没有权限范围 {unknown[0]}（有：{'、'.join(SCOPES)}）。", f"Scopes are {', '.join(SCOPES)}.")
    now = timezone.now()
    post = _post_of(username, letters, now)
    _made, plain = create_token(post, scopes=scopes, days=days, name=name, actor=system(post.town), now=now)
    say(f"以 {post} 的身份，{days} 天内有效。", f"Acts as {post} for {days} days.")
    click.echo(plain)


def _post_of(username: str, letters: str, now: Any) -> Any:
    """The first post the account holds today; raises Fault."""
    from lianxin.people.models import Account
    from lianxin.people.queries import posts_of, today

    account = Account.objects.filter(username=username).first()
    if account is None:
        raise Fault(f"没有账号 {username}。", f"There is no account {username}.")
    held = posts_of(account.pk, town_named(letters or _town_of(account)), on=today(now))
    if not held:
        raise Fault(f"{username} 现在没有岗位。", f"{username} holds no post today.")
    return held[0]
