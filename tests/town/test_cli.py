"""The command line: what it says when all is well, and the one plain sentence it says when it is not."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import timezone

from durability.killer import is_alive
from lianxin.cases.actions import open_case
from lianxin.cases.models import Case
from lianxin.cases.values import Draft
from lianxin.keys.models import Town
from lianxin.ledger.actions import seal_all
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.models import Account, Post, Token
from lianxin.people.tokens import bearer
from lianxin.town import config, running
from lianxin.town.cli import main
from lianxin.town.demo import signins
from pg import free_port
from towns import MONDAY

ROOT = Path(__file__).parents[2]
ENVIRON = {  # of a command in a process of its own
    **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
    "LIANXIN_DATABASE": "",
}
COMMANDS = tuple(main.commands)


def lianxin(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "lianxin", *arguments],
        env={**ENVIRON, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# ---- help ----------------------------------------------------------------------------------------


def test_help_names_every_command_in_both_languages():
    said = CliRunner().invoke(main, ["--help"]).output
    for command in COMMANDS:
        assert re.search(rf"^  {command} .*[一-鿿].*[a-z]", said, re.MULTILINE), command


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command):
    said = CliRunner().invoke(main, [command, "--help"])
    assert said.exit_code == 0
    assert re.search(r"[一-鿿]", said.output)


def test_the_readme_names_every_command_once_in_each_language():
    lists = re.findall(r"lianxin (\w+(?: \| \w+){5,})", (ROOT / "README.md").read_text("utf-8"))
    assert [sorted(each.split(" | ")) for each in lists] == [sorted(COMMANDS)] * 2
    assert not [name for name, each in main.commands.items() if each.hidden]


def test_what_make_run_sets_by_itself_is_documented():
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    made = re.findall(r"^run\b.*: export (\w+) := \$\(or \$\(\1\),(\w+)\)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert dict(made) == {"LIANXIN_PROFILE": "demo", "LIANXIN_SMS": "console"}
    for name, value in made:
        line = next(each for each in page.splitlines() if each.startswith(f"| `{name}`"))
        assert "`make run`" in line, name
        assert f"`{value}`" in line, name


def test_every_setting_is_in_the_documentation():
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    missing = [each.name for each in config.SETTINGS if f"| `{each.name}` |" not in page]
    assert not missing
    told = dict(re.findall(r"^\| `(\w+)` \|(?: `([^`|]*)`)? \|", page, re.MULTILINE))
    assert {each.name: each.default for each in config.SETTINGS} == told


# ---- what is wrong is said in a sentence -----------------------------------------------------------


def test_hosts_that_are_none_are_refused():
    with pytest.raises(config.BadSettings, match="至少要写一个主机名"):
        config.read({"LIANXIN_HOSTS": " , "})


@pytest.mark.parametrize("secret", ["x", "x" * 31])
def test_a_secret_that_can_be_guessed_is_refused(secret):
    with pytest.raises(config.BadSettings, match="LIANXIN_SECRET 至少 32 个字符"):
        config.read({"LIANXIN_SECRET": secret})
    assert config.read({"LIANXIN_SECRET": "x" * 32})["LIANXIN_SECRET"] == "x" * 32


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("LIANXIN_DATABSE", "LIANXIN_DATABASE"),
        ("LIANXIN_HOST", "LIANXIN_HOSTS"),
        ("LIANXIN_PROFIL", "LIANXIN_PROFILE"),
        ("LIANXIN_EMAILURL", "LIANXIN_EMAIL_URL"),
        ("LIANXIN_HTTP", "LIANXIN_HTTPS"),
    ],
)
def test_a_setting_written_wrong_is_named_with_the_one_that_is_meant(wrong, meant):
    with pytest.raises(config.BadSettings, match=f"{wrong} 不是设置项，是不是 {meant}？"):
        config.read({wrong: "1"})


def test_what_the_machine_names_in_its_own_way_is_no_setting_written_wrong():
    """A cluster names a service's address and port in every process beside it."""
    config.read({"LIANXIN_SERVICE_HOST": "10.0.0.1", "LIANXIN_PORT": "tcp://10.0.0.1:80", "LIANXIN_REQUIRE": "chromium"})


def test_what_our_own_tests_ask_of_the_environment_is_no_setting_written_wrong():
    texts = [path.read_text() for path in Path(__file__).parents[1].rglob("*.py")]
    asked = {name for text in texts for name in re.findall(r"environ(?:\.get\(|\[)\"(LIANXIN_[A-Z]+)\"", text)}
    assert "LIANXIN_LOOKS" in asked  # it finds them
    config.read(dict.fromkeys(asked - {setting.name for setting in config.SETTINGS}, "1"))


@pytest.mark.parametrize("port", ["0", "65536", "99999", "-1", "8e3", "八千"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(config.BadSettings, match="PORT 应为 1 到 65535 的整数"):
        config.read({"PORT": port})


@pytest.mark.parametrize(
    "url",
    ["mysql://a/b", "postgresql://a", "postgresql://a:many/b", "postgresql://[::1/b", "postgresql://a/b?sslmod=require"],
)
def test_a_database_url_that_is_none_is_refused(url):
    with pytest.raises(config.BadSettings, match="LIANXIN_DATABASE 应写成 postgresql://"):
        config.read({"LIANXIN_DATABASE": url})


def test_what_the_database_url_asks_of_the_connection_is_heeded():
    url = "postgresql://u:p%40ss@db.example.cn:6432/town?sslmode=verify-full&connect_timeout=5"
    known = config.read({"LIANXIN_DATABASE": url}).database
    assert (known["PASSWORD"], known["PORT"], known["OPTIONS"]["sslmode"]) == ("p@ss", "6432", "verify-full")


@pytest.mark.parametrize("number", ["16", "-1", "one"])
def test_a_machine_number_that_is_none_is_refused(number):
    with pytest.raises(config.BadSettings, match="LIANXIN_WORKER 应为 0 到 15 的整数"):
        config.read({"LIANXIN_WORKER": number})
    assert config.read({})["LIANXIN_WORKER"] == ""


def test_wrong_settings_are_told_all_at_once_without_a_traceback(tmp_path):
    done = lianxin("verify", LIANXIN_DATA=str(tmp_path), PORT="many", LIANXIN_PROFILE="play")
    assert done.returncode == 2
    assert "PORT" in done.stderr
    assert "LIANXIN_PROFILE" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    done = lianxin("verify", LIANXIN_DATA=str(tmp_path / "file" / "var"))
    assert done.returncode == 2
    assert "LIANXIN_DATA" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_in_the_place_of_the_keys_is_named(tmp_path):
    (tmp_path / "keys").write_text("")
    done = lianxin("verify", LIANXIN_DATA=str(tmp_path))
    assert done.returncode == 2
    assert str(tmp_path / "keys") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_does_not_answer_is_named(tmp_path):
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    done = lianxin("verify", LIANXIN_DATA=str(tmp_path), LIANXIN_DATABASE=url)
    assert done.returncode == 2
    assert "LIANXIN_DATABASE" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_not_yet_set_up_is_told_so(tmp_path):
    done = lianxin("verify", LIANXIN_DATA=str(tmp_path))
    assert done.returncode == 2
    assert "lianxin run" in done.stderr


def test_a_busy_port_is_named_with_another_to_take(tmp_path):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        done = lianxin("run", LIANXIN_DATA=str(tmp_path), PORT=str(port))
    assert done.returncode == 2
    assert f"PORT={port + 1}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_let_go_of_a_moment_later_is_waited_for():
    told = []
    with socket.socket() as old:
        old.bind(("127.0.0.1", 0))
        old.listen()
        port = old.getsockname()[1]
        assert running.port_fault("127.0.0.1", port) is not None

        def let_go():
            told.append(port)
            old.close()

        assert running.port_fault("127.0.0.1", port, waiting=let_go) is None
    assert told == [port]


def test_a_host_that_is_none_is_told_so():
    fault = running.port_fault("no such host", 8000)
    assert fault is not None
    assert "HOST" in fault[1]
    assert running.port_fault("127.0.0.1", free_port()) is None


# ---- run and stop ---------------------------------------------------------------------------------


def children_of(pid: int) -> set[int]:
    """Every process below one."""
    found: set[int] = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            above = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if above == pid:
            found |= {int(path.parent.name)} | children_of(int(path.parent.name))
    return found


def start(tmp_path: Path, port: int, **more: str) -> subprocess.Popen[bytes]:
    environ = {
        **ENVIRON, "LIANXIN_DATA": str(tmp_path / "a town"), "PORT": str(port),
        "LIANXIN_PROFILE": "production", "LIANXIN_WORKERS": "1", **more,
    }  # fmt: skip
    with open(tmp_path / "out", "wb") as out:
        return subprocess.Popen([sys.executable, "-m", "lianxin", "run"], env=environ, stdout=out, stderr=out)


def wait_for_page(port: int, host: str = "127.0.0.1") -> int:
    """The status of the first answer."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/ui/", headers={"Host": host})
    for _ in range(600):
        try:
            return urllib.request.urlopen(asked, timeout=5).status
        except urllib.error.HTTPError as answer:
            return answer.code
        except OSError:
            time.sleep(0.1)
    raise AssertionError("no answer")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "host"), [(signal.SIGINT, "127.0.0.1"), (signal.SIGTERM, "zhen.example")])
def test_run_starts_everything_and_one_signal_stops_everything(tmp_path, name, host):
    port = free_port()
    town = start(tmp_path, port, LIANXIN_HOSTS=host)
    try:
        wait_for_page(port, host)
        below = children_of(town.pid)
        assert len(below) >= 3  # the server, its process, the worker
        town.send_signal(name)
        assert town.wait(30) == 0
    finally:
        town.kill()
    said = (tmp_path / "out").read_text("utf-8")
    assert f"http://127.0.0.1:{port}" in said
    assert "Traceback" not in said
    assert " WARNING " not in said  # nothing is asked for that is not there, even before there is a town
    assert " ERROR " not in said
    assert not any(map(is_alive, below))
    assert (tmp_path / "a town" / "lianxin.sqlite3").exists()


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["supervisor", "server"])
def test_nothing_outlives_what_was_killed_above_it(tmp_path, victim):
    port = free_port()
    town = start(tmp_path, port)
    wait_for_page(port)
    server = next(pid for pid in children_of(town.pid) if children_of(pid))
    killed = town.pid if victim == "supervisor" else server
    below = children_of(killed)
    os.kill(killed, signal.SIGKILL)
    town.wait(30)  # a server that falls over right after it was started is not started anew
    for _ in range(200):
        if not any(map(is_alive, below)):
            assert running.port_fault("127.0.0.1", port) is None
            return
        time.sleep(0.1)
    raise AssertionError("a child is still there")


# ---- verify and user --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_verify_says_that_all_holds_and_names_what_does_not(town):
    done = open_case(Draft(kind="request", title="路灯不亮", text="三天了"), actor=nobody(town), now=MONDAY)
    good = CliRunner().invoke(main, ["verify"])
    assert good.exit_code == 0, good.output
    Case.objects.for_system("behind the product's back", town).filter(pk=done.case.pk).update(urgency="urgent")
    bad = CliRunner().invoke(main, ["verify", "--town", "lx"])
    assert bad.exit_code == 1
    assert done.case.number in bad.output
    assert "urgency" in bad.output


@pytest.mark.django_db
def test_verify_says_how_many_entries_are_not_sealed_and_that_this_is_no_fault(town, django_capture_on_commit_callbacks):
    open_case(Draft(kind="request", title="路灯不亮"), actor=nobody(town), now=MONDAY)
    count = Entry.objects.for_system("test", town).count()
    said = CliRunner().invoke(main, ["verify"])
    assert (said.exit_code, f"{town.name}：{count} 条留痕还没有封存" in said.output) == (0, True), said.output
    with django_capture_on_commit_callbacks(execute=True):
        seal_all(town, now=MONDAY)
    said = CliRunner().invoke(main, ["verify"])
    assert (said.exit_code, "留痕全部已封存" in said.output) == (0, True), said.output


def make(*more: str):
    return CliRunner().invoke(main, ["user", "create", "zhao", "--name", "赵敏", "--unit", "desk", *more])


@pytest.mark.django_db
def test_an_account_is_made_with_a_post_and_a_password_shown_once(town):
    said = make("--role", "clerk")
    assert said.exit_code == 0, said.output
    password = re.search(r"：([a-z0-9-]{14})", said.output)[1]
    account = Account.objects.get(username="zhao")
    assert account.check_password(password)
    assert Post.objects.for_system("test", town).get(account=account).role.key == "clerk"
    assert "zhao" in make("--role", "clerk").output  # taken
    assert "请在 14 天内登录，登录后须先换成自己的密码" in said.output
    again = CliRunner().invoke(main, ["user", "reset", "zhao", "--password", "long-enough-to-pass"])
    assert again.exit_code == 0, again.output
    assert "须先换成自己的密码" in again.output
    account.refresh_from_db()
    assert account.check_password("long-enough-to-pass")


@pytest.mark.django_db
@pytest.mark.parametrize(("username", "name"), [("", "赵一"), ("z", "赵一"), ("zhao yi", "赵一"), ("zhao", "  ")])
def test_an_account_without_a_name_is_not_made(town, username, name):
    asked = ["user", "create", username, "--name", name, "--role", "clerk", "--unit", "desk"]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 2
    assert "账号应为 2 到 60 个" in done.output
    assert not Account.objects.filter(username=username).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--role", "king"), "clerk, dispatcher"),
        (("--role", "clerk", "--password", "12345"), "10"),
        (("--role", "grid_worker", "--grid", "000"), "000"),
        (("--role", "clerk", "--town", "QQ"), "LX"),
    ],
)
def test_an_account_that_cannot_be_made_is_told_why(town, more, said):
    done = make(*more)
    assert done.exit_code == 2
    assert said in done.output
    assert not Account.objects.filter(username="zhao").exists()


# ---- a demo is no town in earnest -------------------------------------------------------------------


def production(data: Path, **values: str) -> config.Config:
    return config.read({"LIANXIN_DATA": str(data), "LIANXIN_PROFILE": "production", **values})


@pytest.mark.django_db
def test_a_town_is_set_up_with_all_it_needs_to_take_a_request(db):
    asked = ["town", "create", "lh", "--name", "柳河镇", "--code", "999001103", "--phone", "0990-6681200"]
    said = CliRunner().invoke(main, asked)
    assert said.exit_code == 0, said.output
    town = Town.objects.get(letters="LH")
    assert (town.name, town.is_demo) == ("柳河镇", False)
    done = open_case(Draft(kind="request", title="路灯不亮", text="三天了"), actor=nobody(town), now=MONDAY)
    assert done.case.number.startswith("LH")
    assert list(verify(town)) == []
    assert "柳河镇" in CliRunner().invoke(main, ["town", "list"]).output


@pytest.mark.django_db
def test_a_town_is_not_set_up_with_a_telephone_that_cannot_be_dialled(db):
    asked = ["town", "create", "lh", "--name", "柳河镇", "--code", "999001103", "--phone", "0990-668"]
    said = CliRunner().invoke(main, asked)
    assert (said.exit_code, "不是电话号码" in said.output, Town.objects.filter(letters="LH").exists()) == (2, True, False)


def test_a_town_may_be_set_up_in_an_empty_database(db, monkeypatch):
    done = []
    monkeypatch.setattr("lianxin.town.cli.starting.pending_migrations", lambda: not done)
    monkeypatch.setattr("django.core.management.call_command", lambda name, **_how: done.append(name))
    said = CliRunner().invoke(main, ["town", "create", "LH", "--name", "柳河镇", "--code", "999001103"])
    assert (said.exit_code, done) == (0, ["migrate"]), said.output
    assert "lianxin user create" in said.output


def test_a_second_town_without_a_host_is_told_where_to_enter(town):
    asked = ["town", "create", "LH", "--name", "柳河镇", "--code", "999001103"]
    assert "/?town=LH" in CliRunner().invoke(main, asked).output
    own = ["town", "create", "LI", "--name", "柳一镇", "--code", "999001104", "--host", "li.test"]
    assert "?town" not in CliRunner().invoke(main, own).output


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["L1", "--code", "999001103"], "1 到 4 个拉丁字母"),
        (["LH", "--code", "9990011"], "9 位或 12 位数字"),
        (["LX", "--code", "999001103"], "已经有乡镇用了 LX"),
        (["LH", "--code", "999001101"], "已经有乡镇用了 999001101"),
    ],
)
def test_a_town_that_cannot_be_set_up_is_told_why(town, asked, words):
    said = CliRunner().invoke(main, ["town", "create", *asked, "--name", "柳河镇"])
    assert said.exit_code == 2
    assert words in said.output
    assert Town.objects.count() == 1


def test_a_token_is_made_for_a_program_and_shown_once(town):
    asked = ["user", "token", "clerk.lx", "--name", "热线平台", "--scope", "cases:read", "--scope", "cases:write"]
    said = CliRunner().invoke(main, asked)
    assert said.exit_code == 0, said.output
    plain = said.output.strip().splitlines()[-1]
    actor = bearer(plain, now=timezone.now())
    assert (actor.role, actor.town_id) == ("clerk", town.pk)
    assert Token.objects.for_system("test", town).get().name == "热线平台"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["nobody.lx", "--name", "x"], "没有账号 nobody.lx"),
        (["clerk.lx", "--name", "x", "--scope", "all"], "没有权限范围 all"),
        (["clerk.lx", "--name", "x", "--days", "999"], "1<=x<=366"),
    ],
)
def test_a_token_that_cannot_be_made_is_told_why(town, asked, words):
    said = CliRunner().invoke(main, ["user", "token", *asked])
    assert said.exit_code == 2
    assert words in said.output


def test_a_production_town_refuses_a_demo_town(town, tmp_path):
    assert "LIANXIN_PROFILE" in signins.refusal(production(tmp_path))[1]
    town.is_demo = False
    town.save()
    assert signins.refusal(production(tmp_path)) is None


@pytest.mark.django_db
def test_a_production_town_refuses_a_demo_password(tmp_path):
    account = Account(username="clerk", name="受理员")
    account.set_password("printed-once")
    account.save()
    assert signins.refusal(production(tmp_path)) is None
    assert "user reset clerk" in signins.refusal(production(tmp_path, LIANXIN_DEMO_PASSWORD="printed-once"))[1]
    (tmp_path / "demo-sign-ins.txt").write_text("clerk\tprinted-once\t受理员\tclerk\n", "utf-8")
    assert "user reset clerk" in signins.refusal(production(tmp_path))[1]
    account.set_password("another-of-my-own")
    account.save()
    assert signins.refusal(production(tmp_path)) is None


def test_a_demo_is_not_loaded_into_production(tmp_path):
    done = lianxin("demo", LIANXIN_DATA=str(tmp_path), LIANXIN_PROFILE="production")
    assert done.returncode == 2
    assert "LIANXIN_PROFILE=demo" in done.stderr
