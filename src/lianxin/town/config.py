"""Settings by environment: each with a name, a meaning, a default and a check; all faults are told at once."""

import difflib
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

SecretMaker = Callable[[], str]


class BadSettings(ValueError):
    """The environment does not describe a running installation; `faults` says why, a sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable."""

    name: str
    default: str
    meaning: str
    choices: tuple[str, ...] = ()
    kind: str = "text"  # text | int | flag | path
    within: tuple[int, int] = (1, 1000)  # the least and the most of an int


SETTINGS = (
    Setting("LIANXIN_DATA", "var", "Folder for the database, files and keys.", kind="path"),
    Setting(
        "LIANXIN_DATABASE", "", "postgresql://user:password@host:5432/name; empty: an SQLite file in the data folder."
    ),
    Setting("LIANXIN_HOSTS", "127.0.0.1,localhost,[::1]", "Host names that are answered, separated by commas."),
    Setting("LIANXIN_SECRET", "", "Secret for sessions and signatures; empty: made once and kept in the data folder."),
    Setting("LIANXIN_DEBUG", "0", "1 shows errors in the browser; never in a town that works.", kind="flag"),
    Setting("LIANXIN_HTTPS", "0", "1 when residents reach the town by https: secure cookies, HSTS.", kind="flag"),
    Setting(
        "LIANXIN_PROXIES",
        "0",
        "Trusted reverse proxies in front, each adding to X-Forwarded-For.",
        kind="int",
        within=(0, 9),
    ),
    Setting("LIANXIN_CIPHER", "aes", "Cipher of personal columns.", choices=("aes", "sm4")),
    Setting(
        "LIANXIN_PROFILE",
        "production",
        "demo allows a demo town with printed sign-ins.",
        choices=("production", "demo"),
    ),
    Setting("LIANXIN_DEMO_PASSWORD", "", "Password of the demo town's sign-ins; empty: made at loading and printed."),
    Setting("LIANXIN_WORKERS", "2", "Server processes.", kind="int", within=(1, 48)),
    Setting("LIANXIN_THREADS", "3", "Threads in each server process.", kind="int"),
    Setting(
        "LIANXIN_WORKER", "", "Number of this machine, where several write one database.", kind="int", within=(0, 15)
    ),
    Setting("LIANXIN_PHOTO_MB", "20", "Largest photo taken, in megabytes.", kind="int"),
    Setting(
        "LIANXIN_EMAIL_URL",
        "",
        "smtp://user:password@host:587/?from=address, or smtps://…:465; empty: no letters go out, a demo prints them.",
    ),
    Setting(
        "LIANXIN_SMS",
        "",
        "Text messages: console prints them, file lays them down for a modem (smstools); empty: none are offered.",
        choices=("", "console", "file"),
    ),
    Setting("LIANXIN_WECHAT", "", "console prints WeChat messages; empty: none are offered.", choices=("", "console")),
    Setting(
        "LIANXIN_CHECKIN_DAYS",
        "90",
        "Days that check-ins are kept after their case was closed.",
        kind="int",
        within=(1, 1000),
    ),
    Setting(
        "LIANXIN_FIRST_PASSWORD_DAYS",
        "14",
        "Days within which a password that was handed out must be used; 0: it never runs out.",
        kind="int",
        within=(0, 366),
    ),
    Setting("LIANXIN_TIANDITU_KEY", "", "Browser key of Tianditu (天地图) for pictures under the maps; empty: none."),
    Setting("LIANXIN_AMAP_KEY", "", "Key of AMap (高德) for pictures under the maps, where Tianditu has none."),
    Setting("HOST", "127.0.0.1", "Address the server listens on."),
    Setting("PORT", "8000", "Port the server listens on.", kind="int", within=(1, 65535)),
)
OURS = "LIANXIN_"
SECRET_LENGTH = 32  # characters a secret has at least: fewer can be guessed, and signatures made with it forged
ALIKE = 0.75  # from here on a name is taken for a setting's, written wrong; others may be the machine's own
MORE = ("sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout")  # what the database's URL may say besides


@dataclass(frozen=True, slots=True)
class Config:
    """The settings, checked."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def data(self) -> Path:
        """The data folder, absolute."""
        path: Path = self.values["LIANXIN_DATA"]
        return path

    def secret(self, name: str) -> str:
        """A secret kept beside, never in, the database: made on first use, readable by the owner alone."""
        path = self.data / "keys" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                    file.write(secrets.token_hex(32))
            except FileExistsError:  # another process was first
                pass
        return path.read_text().strip()

    @property
    def database(self) -> dict[str, Any]:
        """Django's description of the database."""
        url = self.values["LIANXIN_DATABASE"]
        return _postgresql(url) if url else _sqlite(self.data / "lianxin.sqlite3")


def read(environ: Mapping[str, str]) -> Config:
    """Read and check the environment, or raise BadSettings with every fault."""
    faults: list[str] = []
    values = {setting.name: _value(setting, environ.get(setting.name, ""), faults) for setting in SETTINGS}
    if values["LIANXIN_DATABASE"]:
        try:
            _postgresql(values["LIANXIN_DATABASE"])
        except ValueError:
            form = "postgresql://user:password@host:5432/name"
            faults.append(
                f"LIANXIN_DATABASE 应写成 {form}，问号后只可用 {'、'.join(MORE)}。"
                f"LIANXIN_DATABASE must look like {form}; after a question mark it takes {', '.join(MORE)} alone."
            )
    try:
        mail(values["LIANXIN_EMAIL_URL"])
    except ValueError:
        form = "smtp://user:password@host:587/?from=lianxin@example.cn"
        faults.append(
            f"LIANXIN_EMAIL_URL 应写成 {form}（或 smtps://…:465/?from=…）。"
            f"LIANXIN_EMAIL_URL must look like {form} (or smtps://…:465/?from=…)."
        )
    faults += [
        f"{name} 应为 16 到 64 位字母和数字。{name} must be 16 to 64 letters and figures."
        for name in ("LIANXIN_TIANDITU_KEY", "LIANXIN_AMAP_KEY")  # it stands in the addresses of pictures
        if values[name] and not re.fullmatch(r"[0-9A-Za-z]{16,64}", values[name])
    ]
    if not values["LIANXIN_HOSTS"].strip(" ,"):
        faults.append("LIANXIN_HOSTS 至少要写一个主机名。LIANXIN_HOSTS must name a host at least.")
    if 0 < len(values["LIANXIN_SECRET"]) < SECRET_LENGTH:
        faults.append(
            f"LIANXIN_SECRET 至少 {SECRET_LENGTH} 个字符，太短会被猜出；不设则自动生成。"
            f"LIANXIN_SECRET needs {SECRET_LENGTH} characters at least: a shorter one can be guessed. "
            "Without it, one is made."
        )
    faults += [
        f"{wrong} 不是设置项，是不是 {meant}？{wrong} is no setting; is {meant} meant?"
        for wrong, meant in _misspelt(environ)
    ]
    if faults:
        raise BadSettings(faults)
    return Config(values)


def _misspelt(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Names that are nearly a setting's, with the setting: what they say would go unheard."""
    tails = {setting.name.removeprefix(OURS): setting.name for setting in SETTINGS if setting.name.startswith(OURS)}
    found = []
    for name in sorted(environ):
        if name.startswith(OURS) and (tail := name.removeprefix(OURS)) not in tails:
            found += [(name, tails[near]) for near in difflib.get_close_matches(tail, tails, n=1, cutoff=ALIKE)]
    return found


def _value(setting: Setting, given: str, faults: list[str]) -> Any:
    text = given.strip() or setting.default
    if setting.choices and text not in setting.choices:
        _fault(faults, setting, text, f"应为 {'、'.join(setting.choices)} 之一", f"one of {', '.join(setting.choices)}")
    if setting.kind == "int" and text:
        least, most = setting.within
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        _fault(faults, setting, text, f"应为 {least} 到 {most} 的整数", f"a whole number from {least} to {most}")
        return least
    if setting.kind == "flag":
        if text not in {"0", "1"}:
            _fault(faults, setting, text, "应为 0 或 1", "0 or 1")
        return text == "1"
    return Path(text).resolve() if setting.kind == "path" else text


def _fault(faults: list[str], setting: Setting, text: str, zh: str, en: str) -> None:
    faults.append(f"{setting.name} {zh}，现在是 {text!r}。{setting.name} must be {en}, not {text!r}.")


def _sqlite(path: Path) -> dict[str, Any]:
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA cache_size=-32000"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "TEST": {"NAME": str(path.with_name("test.sqlite3"))},  # a file, so that threads see one another
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": pragmas},
    }


def sender_of(hosts: str) -> str:
    """The address printed letters are from: of the first host (`LIANXIN_HOSTS`) with a name, else of this machine."""
    names = (each.strip().lstrip(".").lower() for each in hosts.split(","))
    named = (each for each in names if re.fullmatch(r"[a-z0-9.-]+\.[a-z][a-z0-9-]*", each))
    return f"lianxin@{next(named, 'localhost')}"


def mail(url: str, hosts: str = "") -> dict[str, Any]:
    """Django's settings of mail; raises ValueError for a URL that is none. Without one, letters are printed.

    `smtp` begins in the open and must go on under TLS; `smtps` is under TLS from the beginning.
    """
    if not url:
        printed = "django.core.mail.backends.console.EmailBackend"
        return {"EMAIL_BACKEND": printed, "DEFAULT_FROM_EMAIL": sender_of(hosts)}
    parts = urlsplit(url)
    sender = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or set(sender) != {"from"}:
        raise ValueError(parts.scheme)
    secure = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if secure else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": not secure,
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": sender["from"],
    }


def _postgresql(url: str) -> dict[str, Any]:
    """Django's description of the URL; raises ValueError for one that is none, or says what would not be heeded."""
    parts = urlsplit(url)
    more = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/") or set(more) - set(MORE):
        raise ValueError(parts.scheme)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3, **more},
    }
