"""Workflows that came with a newer product: told, rehearsed, published or not; nothing happens by itself."""

import re

import pytest
from click.testing import CliRunner
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cases.case.staging import at, signed_in
from lianxin.cases.models import Case, WorkflowVersion
from lianxin.cases.queries.counts import counts
from lianxin.cases.queries.setup import latest_version
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import verify
from lianxin.town import newer
from lianxin.town.base import BASE
from lianxin.town.newer import keep_own, newer_of
from towns import who

pytestmark = pytest.mark.django_db

REQUEST = (BASE / "workflows" / "request.yaml").read_text("utf-8")
SHORTER = REQUEST.replace("within: {limit: handle, default: 5 working_days}", "within: {limit: handle, default: 3 working_days}")
LOAN = """key: tool_loan
name: {zh: 工具借用, en: Loan of a tool}
start: ask
steps:
  ask:   {name: {zh: 申请, en: Asked},  phase: collect,  who: clerk,  within: 1 working_days}
  lent:  {name: {zh: 已借出, en: Lent}, phase: handle,   who: holder, within: 5 working_days}
  back:  {name: {zh: 已归还, en: Back}, phase: review,   end: true, outcome: done}
transitions:
  - {act: lend, name: {zh: 借出, en: Lend}, from: ask, to: lent, by: clerk, needs: holder}
  - {act: give_back, name: {zh: 归还, en: Give back}, from: lent, to: back, by: holder, takes: note}
"""


@pytest.fixture
def product(tmp_path, monkeypatch):
    """The folder of a product that is newer than the town."""
    folder = tmp_path / "workflows"
    folder.mkdir()
    for path in (BASE / "workflows").glob("*.yaml"):
        (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (folder / "request.yaml").write_text(SHORTER, "utf-8")
    monkeypatch.setattr(newer, "FOLDER", folder)
    return folder


def text(response):
    return response.content.decode()


def versions(town, key="request"):
    return WorkflowVersion.objects.for_system("tests", town).filter(key=key).count()


def test_a_town_that_has_it_all_is_told_of_nothing(town):
    assert newer.newer(town) == []
    assert "产品带来" not in text(signed_in("admin").get("/setup/workflows/"))
    assert signed_in("admin").get("/setup/workflows/request/newer/").status_code == 404


@pytest.mark.row("B2")
def test_a_newer_text_is_told_drawn_compared_rehearsed_and_published_on_a_press(town, product, life):
    life()
    admin = signed_in("admin")
    assert 'href="/setup/workflows/request/newer/"' in text(admin.get("/setup/workflows/"))
    assert versions(town) == 1  # nothing happened by itself
    page = text(admin.get("/setup/workflows/request/newer/"))
    for said in ("产品里这个种类有了较新的一版", "<svg", "5 个工作日", "3 个工作日", "在办 1 件", "发布为第 2 版", "保留本镇的"):
        assert said in page, said
    sent = {name: re.search(rf'name="{name}" value="(\w*)"', page)[1] for name in ("base", "checked")}
    form = {**sent, "source": newer_of(town, "request").source, "do": "publish"}
    assert admin.post("/setup/workflows/request/newer/", form).status_code == 422  # without a reason
    done = admin.post("/setup/workflows/request/newer/", {**form, "why": "随产品更新"})
    assert (done.status_code, versions(town)) == (303, 2)
    assert latest_version(town, "request").source == SHORTER
    assert "产品带来" not in text(admin.get("/setup/workflows/"))
    assert [str(each) for each in verify(town)] == []


def test_a_town_keeps_its_own_until_the_next_newer_text(town, product):
    admin = signed_in("admin")
    for _press in range(2):
        kept = admin.post("/setup/workflows/request/newer/", {"do": "keep", "why": "本镇时限更合适"})
        assert (kept.status_code, kept.headers["Location"]) == (303, "/setup/workflows/")
    entry = Entry.objects.for_system("tests", town).get(subject_kind=newer.SUBJECT)
    assert (entry.act, entry.data["key"], entry.post_id) == ("keep", "request", who(town, "admin").post_id)
    assert Text.objects.for_system("tests", town).get(entry_id=entry.pk).body == "本镇时限更合适"
    page = text(admin.get("/setup/workflows/"))
    assert "产品带来" not in page
    assert "已决定保留本镇的" in page
    assert versions(town) == 1
    (product / "request.yaml").write_text(SHORTER.replace("3 working_days}", "4 working_days}"), "utf-8")
    assert "产品带来" in text(admin.get("/setup/workflows/"))
    assert [str(each) for each in verify(town)] == []


def test_a_kind_the_town_has_not_had_is_offered_and_one_it_cannot_carry_says_why(town, product):
    (product / "tool_loan.yaml").write_text(LOAN, "utf-8")
    admin = signed_in("admin")
    assert "工具借用" in text(admin.get("/setup/workflows/"))
    page = text(admin.get("/setup/workflows/tool_loan/newer/"))
    assert "本镇还没有这个种类" in page
    assert "发布为第 1 版" in page
    (product / "tool_loan.yaml").write_text(LOAN.replace("who: clerk", "who: librarian"), "utf-8")
    page = text(admin.get("/setup/workflows/tool_loan/newer/"))
    assert "librarian" in page
    assert 'value="publish"' not in page


def test_who_may_not_set_up_the_town_decides_nothing(town, product, now):
    assert signed_in("clerk").get("/setup/workflows/request/newer/").status_code == 403
    assert signed_in("clerk").post("/setup/workflows/request/newer/", {"do": "keep"}).status_code == 403
    with pytest.raises(PermissionDenied):
        keep_own(newer_of(town, "request"), why="", actor=who(town, "clerk"), now=now)
    assert not Entry.objects.for_system("tests", town).filter(subject_kind=newer.SUBJECT).exists()


def test_the_same_by_command(town, product):
    from lianxin.town.cli import main

    def run(*words):
        return CliRunner().invoke(main, ["setup", "workflows", "--town", "LX", *words])

    assert "request：本镇为第 1 版，待决定" in run().output
    told = run("--diff", "request").output
    assert "+  handle:" in told
    assert "在办 0 件" in told
    assert run("--publish", "request").exit_code != 0  # why?
    assert run("--keep", "request", "--why", "合适").exit_code == 0
    assert "已决定保留自己的" in run().output
    assert "第 2 版" in run("--publish", "request", "--why", "随产品更新").output
    assert "与产品一致" in run().output
    assert run("--diff", "wish").exit_code != 0
    assert latest_version(town, "request").source == SHORTER


def test_newer_words_are_named_and_one_press_brings_them_to_the_cases_that_are_open(town, product):
    (product / "request.yaml").write_text(REQUEST.replace("zh: 接单,", "zh: 接手办理,").replace("zh: 事件处置,", "zh: 办理,"), "utf-8")
    number = at(town, "handle").case.number
    clerk, admin = signed_in("clerk"), signed_in("admin")
    before = text(clerk.get(f"/cases/{number}/"))
    assert "接手办理" not in before
    page = text(admin.get("/setup/workflows/request/newer/"))
    for word in ("接单", "接手办理", "事件处置", "办理"):
        assert word in page
    sent = {name: re.search(rf'name="{name}" value="(\w*)"', page)[1] for name in ("base", "checked")}
    form = {**sent, "source": newer_of(town, "request").source, "do": "publish", "why": "用词随产品"}
    assert admin.post("/setup/workflows/request/newer/", form).status_code == 303
    after = text(clerk.get(f"/cases/{number}/"))
    assert "接手办理" in after  # in its history too, though it goes on by the version it began on
    assert Case.objects.for_system("tests", town).get(number=number).workflow.version == 1
    assert [each["name"] for each in counts(who(town, "leader"), now=timezone.now(), scope="all")["steps"]] == ["办理"]
    assert [str(each) for each in verify(town)] == []
