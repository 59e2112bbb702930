"""The demo town's printed sign-ins: the only accounts of the demo that can be signed in to."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

from lianxin.keys.models import Town
from lianxin.people.models import Account
from lianxin.town.config import Config

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another


@dataclass(frozen=True, slots=True)
class SignIn:
    """A printed sign-in: whose post it is, and in the words of the screen."""

    username: str
    role: str
    unit: str  # key of the unit; "": the committee of the demo's busiest village
    zh: str
    en: str
    on_grid: bool = False  # somebody of the busiest grid


SIGN_INS = (
    SignIn("clerk", "clerk", "desk", "受理员（受理、研判、公开）", "clerk"),
    SignIn("dispatcher", "dispatcher", "governance", "派单员（分派、改派）", "dispatcher"),
    SignIn("handler", "handler", "utilities", "承办人（公用事业服务站）", "handler"),
    SignIn("village", "handler", "", "村（居）书记", "village secretary"),
    SignIn("worker", "grid_worker", "", "网格员（专职）", "grid worker", on_grid=True),
    SignIn("chief", "grid_chief", "", "网格长", "grid chief", on_grid=True),
    SignIn("supervisor", "supervisor", "supervision", "督查员（延期、督办、回访、归档）", "supervisor"),
    SignIn("leader", "leader", "party_office", "领导（全镇情况）", "leader"),
    SignIn("mediator", "mediator", "justice", "调解员（矛盾纠纷）", "mediator"),
    SignIn("inspector", "inspector", "emergency", "检查员（安全隐患）", "inspector"),
    SignIn("window", "window", "civil", "窗口人员（事项申办）", "window clerk"),
    SignIn("visitor", "visitor", "party_building", "走访干部（走访问题）", "visiting cadre"),
    SignIn("volunteer", "volunteer", "", "志愿者（微心愿）", "volunteer", on_grid=True),
    SignIn("admin", "admin", "party_office", "系统管理员", "system administrator"),
    SignIn("security", "security_admin", "party_office", "安全管理员", "security administrator"),
    SignIn("auditor", "audit_admin", "party_office", "审计员", "auditor"),
)


def file() -> Path:
    """Where the sign-ins are kept to be printed again, readable by the owner alone."""
    return Path(settings.CONFIG.data) / "demo-sign-ins.txt"


def new_password(config: Config) -> str:
    """The password of the settings, else one made now."""
    made = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
    return str(config["LIANXIN_DEMO_PASSWORD"] or made)


def hand_out(accounts: Sequence[Account], password: str) -> None:
    """Give the printed sign-ins, and nobody else, their password, and keep the list."""
    coded = make_password(password)  # one salt for all: they share one printed password
    Account.objects.filter(pk__in=[account.pk for account in accounts]).update(password=coded)
    words = {each.username: each for each in SIGN_INS}
    lines = [f"{a.username}\t{password}\t{words[a.username].zh} {a.name}\t{words[a.username].en}" for a in accounts]
    path = file()
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")


def kept() -> list[str]:
    """The list as it was printed at loading; empty where no demo was loaded from this data folder."""
    path = file()
    if not path.is_file() or not Town.objects.filter(is_demo=True).exists():
        return []
    return [line for line in path.read_text("utf-8").splitlines() if line]


def refusal(config: Config) -> tuple[str, str] | None:
    """Why a production installation must not start, in both languages: a demo town or a demo password is in it."""
    if config["LIANXIN_PROFILE"] != "production":
        return None
    if Town.objects.filter(is_demo=True).exists():
        return (
            "数据库里有演示镇，不能用于正式运行：请换一个数据目录或数据库，或设 LIANXIN_PROFILE=demo。",
            "There is a demo town in the database, which a production installation does not start with: "
            "take another data folder or database, or set LIANXIN_PROFILE=demo.",
        )
    if known := _with_demo_password(config):
        return (
            f"账号 {known} 还在用演示密码，不能用于正式运行：请用 lianxin user reset {known} 换掉。",
            f"The account {known} still has a demo password, which a production installation does not start with: "
            f"change it with `lianxin user reset {known}`.",
        )
    return None


def _with_demo_password(config: Config) -> str:
    """The first of the demo's usernames that still opens with a known demo password."""
    known = {str(config["LIANXIN_DEMO_PASSWORD"])} if config["LIANXIN_DEMO_PASSWORD"] else set()
    path = config.data / "demo-sign-ins.txt"
    if path.is_file():
        known |= {line.split("\t")[1] for line in path.read_text("utf-8").splitlines() if line.count("\t") >= 2}
    if not known:
        return ""
    names = [each.username for each in SIGN_INS]
    for account in Account.objects.filter(username__in=names, is_active=True):
        if any(check_password(password, account.password) for password in known):
            return account.username
    return ""
