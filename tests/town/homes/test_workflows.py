"""Kinds and workflows kept in the page: read, found faulty, rehearsed, published, put back; a new kind without code."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.translation import override

from lianxin.cases.actions import open_case
from lianxin.cases.actions.undoing import undo
from lianxin.cases.actions.workflows import NotPublished, publish
from lianxin.cases.fitting import read_for
from lianxin.cases.models import Case, WorkflowVersion
from lianxin.cases.queries.setup import kinds, latest_version, workflow_of
from lianxin.cases.queries.standing import stand
from lianxin.cases.rehearsal import drawn, dry_run, replay
from lianxin.cases.values import Done, Draft
from lianxin.keys.cache import forget
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.town.homes.workflows.writing import SAMPLE
from lianxin.town.registers.faults import in_words
from lianxin.workflow.definition import BadWorkflow, read
from towns import who

pytestmark = pytest.mark.django_db

BASE = Path(__file__).parents[3] / "towns/base/workflows"
REQUEST = (BASE / "request.yaml").read_text("utf-8")
SHORTER = REQUEST.replace("within: {limit: handle, default: 5 working_days}", "within: {limit: handle, default: 3 working_days}")
NEEDIER = REQUEST.replace("needs: answer, takes: [photos, note, contacted]", "needs: [answer, photos], takes: [note, contacted]")
LOAN = """key: tool_loan
name: {zh: 工具借用, en: Loan of a tool}
start: ask
steps:
  ask:   {name: {zh: 申请, en: Asked},  phase: collect,  who: clerk,  within: 1 working_days}
  lent:  {name: {zh: 已借出, en: Lent}, phase: handle,   who: holder, within: 5 working_days}
  back:  {name: {zh: 已归还, en: Back}, phase: review,   end: true, outcome: done}
  not_lent: {name: {zh: 未借出, en: Not lent}, phase: triage, end: true, outcome: refused}
transitions:
  - {act: lend, name: {zh: 借出, en: Lend}, from: ask, to: lent, by: clerk, needs: holder}
  - {act: refuse, name: {zh: 不借, en: Refuse}, from: ask, to: not_lent, by: clerk, needs: reason}
  - {act: give_back, name: {zh: 归还, en: Give back}, from: lent, to: back, by: holder, takes: note}
"""


def text(response):
    return response.content.decode()


def send(browser, address, do="look", **data):
    return browser.post(address, {"do": do, "base": "1", **data})


def checked(response):
    return re.search(r'name="checked" value="(\w*)"', text(response))[1]


def published(browser, address, source, *, base="1", why="按新规定", **data):
    look = send(browser, address, base=base, source=source)
    assert look.status_code == 200, text(look)
    return send(browser, address, "publish", base=base, source=source, why=why, checked=checked(look), **data)


# --- reading ------------------------------------------------------------------------------------------------------------


@pytest.mark.row("B2")
def test_the_list_names_every_kind_with_its_version_and_its_open_cases(town, signed, life):
    life()
    page = text(signed("admin").get("/setup/workflows/"))
    for flow in kinds(town):
        assert flow.name["zh"] in page
    row = re.search(r"<tr><th[^>]*><a href=\"/setup/workflows/request/\">.*?</tr>", page, re.S)[0]
    assert re.findall(r'class="n num">(\d+)<', row) == ["1", "1", "0"]


def test_a_kind_is_drawn_told_in_tables_and_given_as_a_file(town, signed):
    browser = signed("admin")
    page = text(browser.get("/setup/workflows/request/"))
    for each in ("<svg", "信息收集", "4 个工作小时", "督查员", "退回", "任一未结环节", 'id="l12"', "第 1 版"):
        assert each in page, each
    file = browser.get("/setup/workflows/request/v1.yaml")
    assert (file.content.decode(), file["Content-Disposition"]) == (REQUEST, 'attachment; filename="request-v1.yaml"')
    assert "诉求人、附议人" in page
    assert "joiner" not in page.split('id="l1"')[0]
    assert browser.get("/setup/workflows/request/v2.yaml").status_code == 404
    assert browser.get("/setup/workflows/nothing/").status_code == 404


@pytest.mark.parametrize("name", ["clerk", "supervisor", "security"])
def test_only_who_sets_up_the_town_comes_in(town, signed, name):
    browser = signed(name)
    for address in ("", "+new/", "request/", "request/change/", "request/compare/", "request/v1.yaml"):
        assert browser.get(f"/setup/workflows/{address}").status_code == 403, address


# --- faults -------------------------------------------------------------------------------------------------------------


def test_all_faults_stand_beside_their_lines_and_nothing_is_lost(town, signed):
    bad = LOAN.replace("who: clerk,  within: 1 working_days", "who: clerc,  within: soon").replace("to: not_lent", "to: nowhere")
    response = send(signed("admin"), "/setup/workflows/+new/", base="0", source=bad)
    page = text(response)
    assert response.status_code == 422
    for each in ('href="#l5"', "第 5 行", "没有环节 nowhere", "不是时限", 'name="source"', "clerc", "工具借用"):
        assert each in page, each
    assert "发布为第" not in page


def test_a_unit_of_time_or_a_role_that_does_not_exist_is_told_with_those_that_do(town, signed):
    source = REQUEST.replace("default: 5 working_days", "default: 5 work_days").replace("who: supervisor,", "who: superviser,")
    page = signed("admin").post("/setup/workflows/request/change/", {"source": source, "do": "look"}).content.decode()
    assert "不认识的时间单位 work_days，可用：minutes, hours, working_hours, days, working_days" in page
    assert "本镇没有角色 superviser，代号见“设置”里的“角色”" in page


def test_a_role_the_town_does_not_have_and_words_too_long_for_their_columns_are_faults(town):
    for old, new, said in (
        ("by: holder, takes", "by: [holder, clerc], takes", "no role clerc in this town"),
        ("who: clerk,", "who: clerc,", "no role clerc"),
        ("key: tool_loan", "key: a_loan_of_tools_of_the_town", "is longer than 24 characters"),
        ("takes: note}", "takes: note, counts: an_awfully_long_word_for_a_count}", "is longer than 24 characters"),
    ):
        with pytest.raises(BadWorkflow) as bad:
            read_for(town, LOAN.replace(old, new))
        assert any(said in str(fault) and fault.line for fault in bad.value.faults), bad.value.faults


def test_every_text_of_the_base_town_fits_it(town):
    for path in BASE.glob("*.yaml"):
        read_for(town, path.read_text("utf-8"))


def test_the_text_a_new_kind_begins_with_is_sound(town):
    assert read_for(town, (BASE.parent / SAMPLE).read_text("utf-8")).key == "new_kind"


BROKEN = (
    "", "- 1", "key: [", "a: &x 1\nb: *x", "key: tool\nkey: tool", LOAN.replace("start: ask", "start: asked"),
    LOAN.replace("  ask:   {name: {zh: 申请, en: Asked},", "  ask: {name: {zh: 申请},"), LOAN.replace("who: clerk,", ""),
    LOAN.replace("phase: collect", "phase: begin"), LOAN.replace("1 working_days", "0 days"), LOAN.replace("1 working_days", "3 moons"),
    LOAN.replace("needs: holder", "needs: [holder, holder, hat]"), LOAN.replace("takes: note", "effects: explode"),
    LOAN.replace("takes: note", "effects: [{ask: {what: main}}]"), LOAN.replace("takes: note", "effects: extend, at_most: 2"),
    LOAN.replace("takes: note", "effects: [{settle: {what: help}}]"), LOAN.replace("end: true, outcome: refused", "end: true, who: clerk"),
    LOAN.replace("by: holder, takes: note", "by: 'duty:main'"), LOAN.replace("from: lent,", ""), LOAN.replace("who: holder", "who: system"),
    LOAN.replace("takes: note", "counts: done, at_most: none"), LOAN.replace("end: true, outcome: done", "end: perhaps, outcome: done"),
    LOAN.replace("from: ask, to: not_lent", "from: lent, to: lent"), LOAN.replace("within: 5 working_days", "within: 5 working_days, on_late: hurry"),
    LOAN.replace("transitions:", "transitions: 1\nmore:"), LOAN.replace("within: 5 working_days", "outcome: done"),
)  # fmt: skip


@pytest.mark.parametrize("at", range(len(BROKEN)))
def test_every_fault_is_told_in_chinese(at):
    with pytest.raises(BadWorkflow) as bad:
        read(BROKEN[at])
    with override("zh-hans"):
        for fault in bad.value.faults:
            assert re.search(r"[\u4e00-\u9fff]", in_words(fault.message)), fault
    with override("en"):
        assert all(in_words(fault.message) for fault in bad.value.faults)


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"\xff\xfe\x00\x81" * 9, "不是文本"), (b"x" * 900_000, "太大"), (LOAN.encode("gb18030"), "文件没有问题"), (b"\xef\xbb\xbf" + LOAN.encode(), "文件没有问题")],
)  # fmt: skip
def test_a_file_is_taken_as_it_comes_and_what_was_typed_stays(town, signed, body, said):
    file = SimpleUploadedFile("loan.yaml", body)
    response = signed("admin").post("/setup/workflows/+new/", {"do": "look", "base": "0", "source": "what I typed", "file": file})
    page = text(response)
    assert said in page
    assert ("what I typed" in page) == ("文件没有问题" not in page)


# --- rehearsals ---------------------------------------------------------------------------------------------------------


def test_the_page_tells_what_changes_and_what_it_would_have_meant(town, signed, life):
    now = timezone.now()
    life(now - timedelta(hours=2)).to("handle")
    done = life(now - timedelta(days=20)).to("closed")
    page = text(send(signed("admin"), "/setup/workflows/request/change/", source=NEEDIER.replace("default: 5 working_days}, on_late: overdue}\n  feedback", "default: 1 working_days}, on_late: overdue}\n  feedback")))
    for each in ("handle: 5 working_days", "handle: 1 working_days", "在“事件处置”到期提前", "当时填的不够", done.case.number, "在办 1 件"):
        assert each in page, each
    assert f'href="/cases/{done.case.number}/"' not in page  # who sets up the town does not read its cases
    assert "发布为第 2 版" in page


def test_a_step_that_is_gone_and_an_act_that_is_gone_are_told_with_their_cases(town, life, now):
    at_step = life().to("handle")
    late = life(now + timedelta(hours=1)).to("triage")
    line = next(line for line in REQUEST.splitlines() if "act: answer" in line)
    found = dry_run(town, read(REQUEST.replace(line + "\n", "").replace("handle", "treat").replace("cohandle", "co").replace("phase: treat", "phase: handle").replace("limit: treat", "limit: handle")), seed="s")
    assert [(each.step, each.count, each.numbers) for each in found.steps] == [("handle", 1, [at_step.case.number])]
    assert ("triage", "answer", [late.case.number]) in [(each.step, each.act, each.numbers) for each in found.acts]


def test_limits_are_reckoned_anew_but_not_where_somebody_set_a_date(town, life, now):
    life().to("handle")
    set_by_hand = life(now + timedelta(hours=1)).to("handle")
    set_by_hand.do("handler", "ask_extension", reason="等料", until=now + timedelta(days=30))
    set_by_hand.do("supervisor", "grant_extension", until=now + timedelta(days=30))
    found = dry_run(town, read(SHORTER), seed="s")
    assert (found.changed, found.reckoned, found.by_hand) == (2, 2, 1)
    assert [(each.step, each.count) for each in found.earlier] == [("handle", 1)]
    assert found.later == []


def test_what_was_done_goes_through_its_own_text_whatever_happened(town, life, now):
    life().to("closed")
    tale = life(now + timedelta(hours=1)).to("handle").do("handler", "send_back", reason="不归我们")
    tale.do("clerk", "assign", holder=tale_holder(town)).do("handler", "take").do("supervisor", "suspend", reason="等料", until=now + timedelta(days=20))
    tale.do("supervisor", "resume").do("handler", "finish", answer="好了").do("reporter", "dissatisfied", reason="没好", rating="1")
    tale.do("handler", "finish", answer="又修了").do("reporter", "satisfied", rating="4").do("supervisor", "close")
    refused = life(now + timedelta(hours=2)).do("clerk", "reject", clause="court", reason="已诉讼")
    assert refused.case.closed_at
    found = replay(town, read(REQUEST), seed="s", now=now + timedelta(days=60))
    assert (found.of, found.tried, found.whole, found.unlike) == (3, 3, 3, 0)
    assert found.refused == []
    assert found.unended == []


def test_what_was_taken_back_counts_as_not_done(town, life, now):
    tale = life().do("clerk", "accept")
    slip = tale.do("clerk", "assign", holder=tale_holder(town)).done
    undo(slip.standing.case.pk, [slip.entry.pk], actor=who(town, "clerk"), now=tale.now + timedelta(minutes=1))
    tale.done = Done(stand(who(town, "clerk"), pk=slip.case.pk), None)
    tale.now += timedelta(minutes=2)
    tale.to("closed")
    found = replay(town, read(REQUEST), seed="s", now=now + timedelta(days=60))
    assert (found.whole, found.unlike, found.refused) == (1, 0, [])


def tale_holder(town):
    from lianxin.cases.values import Holder
    from lianxin.people.queries import unit_by_key

    return Holder(unit_by_key(town, "utilities").pk, who(town, "handler").post_id)


def test_cases_of_a_confidential_kind_are_neither_counted_nor_named_to_who_has_no_part_in_them(town, signed):
    done = open_case(Draft(kind="dispute", title="邻里纠纷"), actor=nobody(town), now=timezone.now())
    browser, source = signed("admin"), (BASE / "dispute.yaml").read_text("utf-8")
    row = re.search(r"/setup/workflows/dispute/.*?</tr>", text(browser.get("/setup/workflows/")), re.S)[0]
    assert re.findall(r'class="n num">(.+?)<', row) == ["1", "–", "–"]
    assert "件在办按此版" not in text(browser.get("/setup/workflows/dispute/"))
    page = text(send(browser, "/setup/workflows/dispute/change/", source=source.replace("act: withdraw,", "act: take_back,")))
    assert "这类事项保密" in page
    assert "不能再做" in page
    assert done.case.number not in page
    assert "在办 1 件" not in page


def test_a_sample_is_the_same_for_the_same_seed_in_whatever_order(town):
    ids = list(range(5000))
    assert drawn(ids, "a", 100) == drawn(ids[::-1], "a", 100)
    assert drawn(ids, "a", 100) != drawn(ids, "b", 100)
    assert drawn(ids[:50], "a", 100) == ids[:50]


def test_a_replay_of_many_says_that_it_is_a_sample_and_by_which_seed(town, signed, life, monkeypatch):
    from lianxin.cases import rehearsal

    monkeypatch.setattr(rehearsal, "MOST_CLOSED", 1)
    for days in (9, 8):
        life(timezone.now() - timedelta(days=days)).to("closed")
    page = text(send(signed("admin"), "/setup/workflows/request/change/", source=SHORTER))
    assert re.search(r"近十二个月办结 2 件，抽取 1 件，种子 [0-9a-f]{16}", page)


# --- publishing ---------------------------------------------------------------------------------------------------------


@pytest.mark.row("B2")
def test_a_version_is_published_with_its_reason_and_cases_end_on_the_one_they_began_on(town, signed, life):
    old = life(timezone.now() - timedelta(hours=1))
    browser = signed("admin")
    response = published(browser, "/setup/workflows/request/change/", SHORTER)
    assert (response.status_code, response["Location"]) == (303, "/setup/workflows/request/")
    page = text(browser.get("/setup/workflows/request/"))
    assert "第 2 版" in page
    assert "按新规定" in page
    assert "admin" in page
    forget()
    new = life(timezone.now())
    assert workflow_of(latest_version(town, "request")).version == 2
    versions = {row.pk: row.version for row in WorkflowVersion.objects.for_system("tests", town)}
    assert [versions[each.case.workflow_id] for each in (old, new)] == [1, 2]
    old.to("closed")
    compared = text(browser.get("/setup/workflows/request/compare/"))
    assert "handle: 3 working_days" in compared
    assert list(verify(town)) == []
    entry = Entry.objects.for_system("tests", town).filter(subject_kind="workflow", act="publish").latest("id")
    assert entry.data["seed"]


def test_only_the_text_that_was_looked_at_is_published_and_not_without_a_reason(town, signed):
    browser, address = signed("admin"), "/setup/workflows/request/change/"
    look = send(browser, address, source=SHORTER)
    other = send(browser, address, "publish", source=NEEDIER, why="改了", checked=checked(look))
    assert "与刚才检查的不同" in text(other)
    assert send(browser, address, "publish", source=SHORTER, why=" ", checked=checked(look)).status_code == 422
    assert send(browser, address, "publish", source=SHORTER, why="长" * 201, checked=checked(look)).status_code == 422
    assert latest_version(town, "request").version == 1


def test_a_version_that_came_meanwhile_is_not_overwritten(town, signed):
    browser, address = signed("admin"), "/setup/workflows/request/change/"
    look = send(browser, address, source=SHORTER)
    publish(NEEDIER, base=1, why="别人", actor=who(town, "admin"), now=timezone.now())
    late = send(browser, address, "publish", source=SHORTER, why="我的", checked=checked(look))
    assert late.status_code == 409
    assert 'name="base" value="2"' in text(late)
    assert "我的" in text(late)
    assert send(browser, address, "publish", base="2", source=SHORTER, why="我的", checked=checked(late)).status_code == 303
    with pytest.raises(NotPublished) as same:
        publish(SHORTER, base=3, why="再来", actor=who(town, "admin"), now=timezone.now())
    assert same.value.code == "same"


def test_a_second_press_publishes_nothing_twice(town, signed):
    browser, address = signed("admin"), "/setup/workflows/request/change/"
    look = send(browser, address, source=SHORTER)
    for _again in range(2):
        assert send(browser, address, "publish", source=SHORTER, why="一次", checked=checked(look)).status_code == 303
    assert WorkflowVersion.objects.for_system("tests", town).filter(key="request").count() == 2


def test_the_way_back_is_the_next_version(town, signed):
    browser = signed("admin")
    published(browser, "/setup/workflows/request/change/", SHORTER)
    form = text(browser.get("/setup/workflows/request/change/?from=1"))
    assert 'name="base" value="2"' in form
    assert "default: 5 working_days" in form
    assert published(browser, "/setup/workflows/request/change/", REQUEST, base="2", why="改回").status_code == 303
    assert latest_version(town, "request").source == REQUEST
    assert latest_version(town, "request").version == 3


def test_a_kind_that_becomes_confidential_is_so_at_once(town, signed):
    published(signed("admin"), "/setup/workflows/request/change/", REQUEST.replace("start: collect", "start: collect\nconfidential: true"))
    town.refresh_from_db()
    assert town.settings["confidential"] == ["dispute", "request"]


def test_the_key_stays_and_a_new_kind_must_be_new(town, signed):
    browser = signed("admin")
    assert send(browser, "/setup/workflows/request/change/", source=LOAN).status_code == 422
    page = send(browser, "/setup/workflows/+new/", base="0", source=REQUEST)
    assert page.status_code == 422
    assert "已经有 request 这一类" in text(page)


@pytest.mark.row("B2")
def test_a_wholly_new_kind_is_added_in_the_page_and_goes_round_without_a_line_of_code(town, client, signed):
    assert published(signed("admin"), "/setup/workflows/+new/", LOAN, base="0", why="工具站开张").status_code == 303
    clerk = signed("clerk")
    form = text(clerk.get("/desk/register/"))
    assert '<option value="tool_loan">工具借用</option>' in form
    sent = {"text": "借一把梯子", "kind": "tool_loan", "channel": "walk-in", "do": "save", "idempotency_key": "k" * 20}
    assert clerk.post("/desk/register/", sent).status_code == 303
    case = Case.objects.for_system("tests", town).get(kind="tool_loan")
    assert (case.step, workflow_of(latest_version(town, "tool_loan")).version) == ("ask", 1)
    post = who(town, "handler").post_id
    lent = clerk.post(f"/cases/{case.number}/transitions", {"act": "lend", "version": case.version, "holder": f"post:{post}"})
    assert lent.status_code == 303
    case.refresh_from_db()
    assert case.step == "lent"
    handler = signed("handler")
    assert "归还" in text(handler.get(f"/cases/{case.number}/"))
    assert handler.post(f"/cases/{case.number}/transitions", {"act": "give_back", "version": case.version, "note": "完好"}).status_code == 303
    case.refresh_from_db()
    assert (case.step, case.closed_at is not None) == ("back", True)
    assert {row["key"] for row in client.get("/api/v1/kinds").json()["rows"]} >= {"tool_loan"}
    assert list(verify(town)) == []


def test_what_is_not_utf_8_in_a_form_is_no_server_fault(town, signed):
    body = BytesIO(b"source=%FF%FE&do=look&base=0").getvalue()
    response = signed("admin").post("/setup/workflows/+new/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 422
