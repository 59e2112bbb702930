"""The one case page: each role reads what is theirs and can do by form whatever the workflow lets it do."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from cases.case.staging import (
    ACCEPT,
    ANSWER,
    NAME,
    PHONE,
    TAKE,
    assign,
    at,
    forms_on,
    move,
    raised,
    send,
    signed_in,
    soon,
    utilities,
)
from lianxin.cases.actions.joining import join_case
from lianxin.cases.models import Case, Photo, Reporter
from lianxin.cases.queries.page import case_page
from lianxin.cases.queries.setup import kinds
from lianxin.cases.queries.standing import stand
from lianxin.cases.values import Contact, Holder
from lianxin.keys.numbers import spoken
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody, reporter
from lianxin.people.queries import unit_by_key
from lianxin.ui.words import stamp, when
from towns import who

pytestmark = pytest.mark.django_db


def picture(colour="red"):
    out = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(out, "JPEG")
    return SimpleUploadedFile("a.jpg", out.getvalue(), "image/jpeg")


def step_of(town, done):
    return Case.objects.for_system("test", town).get(pk=done.case.pk).step


# Who may see


@pytest.mark.parametrize(
    ("username", "status"),
    [("clerk", 200), ("dispatcher", 200), ("handler", 200), ("handler2", 200), ("supervisor", 200), ("leader", 200),
     ("worker", 200), ("chief", 200), ("sanitation", 404), ("worker2", 404), ("mediator", 404), ("admin", 404),
     ("security", 404), ("auditor", 404)],
)  # fmt: skip
def test_the_page_opens_to_those_whose_it_is(town, username, status):
    done = at(town, "handle")
    client = signed_in(username)
    response = client.get(f"/cases/{done.case.number}/")
    assert response.status_code == status
    sent = client.post(f"/cases/{done.case.number}/transitions", {"act": "take"})
    assert sent.status_code == (409 if status == 200 else 404)
    if status == 404:
        assert "村口路灯" not in response.content.decode()
    else:
        assert response["Cache-Control"] == "private, no-store"


def test_a_case_of_another_town_is_not_there(town, other_town):
    from lianxin.cases.actions import open_case
    from lianxin.cases.values import Draft
    from lianxin.people.actors import nobody
    from towns import MONDAY

    other = open_case(Draft(kind="request", title="清河"), actor=nobody(other_town), now=MONDAY)
    assert signed_in("clerk").get(f"/cases/{other.case.number}/").status_code == 404


@pytest.mark.parametrize("number", ["LX00000000", "x", "LX1234567890", "%00", "连心12345678"])
def test_a_number_that_is_none_is_not_found(town, number):
    assert signed_in("clerk").get(f"/cases/{number}/").status_code == 404


def test_the_public_is_asked_to_sign_in_and_sees_nothing(town):
    done = raised(town)
    response = Client(headers={"host": "127.0.0.1"}).get(f"/cases/{done.case.number}/")
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/?next=")


def test_a_confidential_case_opens_to_its_duty_holders_alone(town):
    done = raised(town, kind="dispute", title="宅基地纠纷")
    move(town, done)
    holder = Case.objects.for_system("test", town).get(pk=done.case.pk).unit_id
    seen = {
        name: signed_in(name).get(f"/cases/{done.case.number}/").status_code
        for name in ("leader", "supervisor", "worker", "handler", "clerk", "mediator")
    }
    assert seen["leader"] == seen["supervisor"] == seen["worker"] == seen["handler"] == 404
    unit = {name: who(town, name).unit_id for name in ("clerk", "mediator")}
    assert {name: status for name, status in seen.items() if name in unit} == {
        name: 200 if unit[name] == holder else 404 for name in unit
    }


# What the page says


def test_the_page_tells_the_whole_story_and_masks_who_raised_it(town):
    done = at(town, "feedback")
    html = signed_in("handler").get(f"/cases/{done.case.number}/").content.decode()
    for words in ("村口路灯不亮", "连着三个晚上不亮", ANSWER, "公用事业服务站", "1村1格", "王**", "199****0001", "受理", "接单", "办结"):
        assert words in html
    assert PHONE not in html
    assert NAME not in html


def test_the_clock_shows_pauses_and_extensions_with_who_and_why(town):
    done = move(
        town, raised(town), ACCEPT, assign(town), TAKE,
        ("handler", "ask_extension", {"reason": "缺配件", "until": soon(20)}),
        ("supervisor", "grant_extension", {"until": soon(20), "note": "同意"}),
        ("supervisor", "suspend", {"reason": "等厂家发货", "until": soon(5)}),
    )  # fmt: skip
    page = case_page(who(town, "handler"), stand(who(town, "handler"), pk=done.case.pk), soon(1))
    assert page["light"] == "paused"
    assert [cell["state"] for cell in page["cells"]] == ["done", "done", "done", "paused", "todo", "todo"]
    (pause,) = page["clock"]["pauses"]
    (extension,) = page["clock"]["extensions"]
    assert (pause["by"], pause["reason"], pause["stop"]) == ("supervisor", "等厂家发货", None)
    assert extension["before"] < extension["after"]
    assert page["clock"]["used"] < 10
    html = signed_in("handler").get(f"/cases/{done.case.number}/").content.decode()
    assert "等厂家发货" in html


def test_a_case_that_came_back_is_notched_where_it_had_been(town):
    done = move(town, at(town, "handle"), ("handler", "send_back", {"reason": "不归我们管"}))
    page = case_page(who(town, "clerk"), stand(who(town, "clerk"), pk=done.case.pk), soon(0))
    assert [cell["state"] for cell in page["cells"]] == ["done", "now", "back", "back", "todo", "todo"]


def test_script_in_a_text_is_shown_as_it_was_written(town):
    done = raised(town, title="<script>alert(1)</script>", text="<img src=x onerror=alert(1)>")
    html = signed_in("clerk").get(f"/cases/{done.case.number}/").content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "&lt;script&gt;" in html


def test_the_page_costs_as_many_statements_after_many_entries(town, django_assert_max_num_queries):
    actor = who(town, "handler")
    done = at(town, "handle")
    standing = stand(actor, pk=done.case.pk)
    case_page(actor, standing, soon(0))
    with django_assert_max_num_queries(8):
        case_page(actor, standing, soon(0))
    for at_ in range(8):
        done = move(town, done, ("handler", "record", {"note": f"第{at_}次到场"}))
    standing = stand(actor, pk=done.case.pk)
    with django_assert_max_num_queries(8):
        assert len(case_page(actor, standing, soon(0))["timeline"]) == 12


def test_a_reporter_reads_the_answer_and_their_own_words_but_no_inner_note_and_no_name_of_staff(town):
    done = raised(town)
    first = done.reporter_id
    move(town, done, ACCEPT, assign(town), TAKE, ("handler", "record", {"note": "内部：老线路，难办"}),
         ("handler", "finish", {"answer": ANSWER, "note": "内部：已拍照"}))  # fmt: skip
    actor = reporter(town, case_id=done.case.pk, reporter_id=first)
    page = case_page(actor, stand(actor, pk=done.case.pk), soon(0))
    told = str(page)
    assert ANSWER in told
    assert "连着三个晚上不亮" in told
    assert "内部" not in told
    assert "handler" not in str(page["timeline"]).replace("'who': 'holder'", "")
    assert page["acts"][0]["act"] == "satisfied"


def test_who_joined_reads_nothing_that_the_first_reporter_wrote(town):
    done = raised(town, address="1村8号")
    joined = Reporter(town=town, case_id=done.case.pk, name="李四", first=False, at=soon(0))
    joined.save()
    move(town, done, ("reporter", "add", {"note": "我家在三号楼"}))
    actor = reporter(town, case_id=done.case.pk, reporter_id=joined.pk)
    told = str(case_page(actor, stand(actor, pk=done.case.pk), soon(0)))
    for words in ("村口路灯不亮", "连着三个晚上不亮", "三号楼", "8号", "王*", "0001"):
        assert words not in told


# What can be done


def step_by_step(town):
    """Every act of staff in the request's workflow: act, a case brought to where it is offered, who, what is filled in."""
    def ready(*acts, step="handle"):
        return move(town, at(town, step), *acts) if acts else at(town, step)

    unit = f"unit:{utilities(town).unit_id}"
    police = f"unit:{unit_by_key(town, 'police').pk}"
    until = soon(30).strftime("%Y-%m-%dT%H:%M")
    ask = ("handler", "ask_extension", {"reason": "缺件", "until": soon(20)})
    sanitation = who(town, "sanitation").unit_id
    offer = ("clerk", "reassign", {"holder": Holder(sanitation), "reason": "归环卫"})
    main = raised(town, title="主件")
    return [
        ("accept", at(town, "collect"), "clerk", {}),
        ("take_here", raised(town, holder=Holder(who(town, "worker").unit_id, who(town, "worker").post_id)), "worker", {}),
        ("assign", at(town, "triage"), "clerk", {"holder": unit}),
        ("reject", at(town, "triage"), "clerk", {"clause": "court", "reason": "已起诉"}),
        ("answer", at(town, "triage"), "clerk", {"answer": "政策是这样的"}),
        ("take", at(town, "dispatch"), "handler", {}),
        ("send_back", ready(), "handler", {"reason": "不归我们"}),
        ("contact", ready(), "handler", {"contacted": "reached"}),
        ("record", ready(), "handler", {"note": "已到现场"}),
        ("finish", ready(), "handler", {"answer": ANSWER}),
        ("ask_extension", ready(), "handler", {"reason": "缺件", "until": until}),
        ("grant_extension", ready(ask), "supervisor", {"until": until}),
        ("refuse_extension", ready(ask), "supervisor", {"reason": "不同意"}),
        ("suspend", ready(), "supervisor", {"reason": "等货", "until": until}),
        ("resume", ready(("supervisor", "suspend", {"reason": "等货", "until": soon(9)})), "handler", {}),
        ("confer", ready(), "handler", {"units": [police], "note": "请派出所到场"}),
        ("conclude", ready(("clerk", "confer", {"units": [sanitation], "note": "请到场"})), "clerk", {"note": "由公用事业站办"}),
        ("cohandle", ready(), "handler", {"units": [police]}),
        ("co_done", ready(("clerk", "cohandle", {"units": [sanitation]})), "sanitation", {"note": "已清"}),
        ("merge", ready(step="triage"), "clerk", {"case": main.case.number}),
        ("split", ready(("clerk", "merge", {"case": main.case.pk}), step="triage"), "clerk", {"reason": "不是一件事"}),
        ("supervise", ready(), "supervisor", {"demand": "三天内办好", "until": until}),
        ("comply", ready(("leader", "supervise", {"demand": "快办", "until": soon(3)})), "handler", {"note": "已办"}),
        ("remind", ready(), "supervisor", {}),
        ("reassign", ready(), "clerk", {"holder": police, "reason": "归派出所"}),
        ("regrade", ready(), "supervisor", {"urgency": "urgent", "reason": "老人住在里面"}),
        ("take_over", ready(offer), "sanitation", {}),
        ("decline", ready(offer), "sanitation", {"reason": "不归环卫"}),
        ("escalate", ready(), "handler", {"reason": "办不了"}),
        ("call_back", at(town, "review"), "supervisor", {"rating": "4", "note": "群众满意"}),
        ("close", at(town, "review"), "supervisor", {}),
        ("reopen", at(town, "closed"), "supervisor", {"reason": "又坏了"}),
        ("note", ready(), "handler", {"note": "内部记一笔"}),
    ]  # fmt: skip


def test_every_act_of_staff_is_on_the_page_and_goes_through_its_form(town):
    table = step_by_step(town)
    flow = next(flow for flow in kinds(town) if flow.key == "request")
    wanted = {each.act for each in flow.transitions if set(each.by) - {"reporter", "joiner", "system"}}
    assert {act for act, *_rest in table} == wanted
    for serial, (act, done, username, fields) in enumerate(table):
        response = send(signed_in(username), done, act, idempotency_key=f"key-{serial:020d}", **fields)
        assert response.status_code == 303, (act, re.findall(r'role="alert".*?</div>', response.content.decode(), re.S))
        assert Entry.objects.for_system("test", town).filter(subject_id=done.case.pk, act=act).exists(), act
    assert list(verify(town)) == []


def test_after_an_act_the_page_says_what_follows_and_when(town):
    done = at(town, "dispatch")
    client = signed_in("handler")
    response = send(client, done, "take")
    assert response["Location"] == f"/cases/{done.case.number}/"
    assert "已接单" in client.get(response["Location"]).content.decode()


def test_one_may_come_back_to_where_one_was_but_not_to_another_site(town):
    client = signed_in("handler")
    assert send(client, at(town, "dispatch"), "take", next="/field/")["Location"] == "/field/"
    done = at(town, "dispatch")
    there = send(client, done, "take", next="https://elsewhere.test/", idempotency_key="another-key")["Location"]
    assert there == f"/cases/{done.case.number}/"


def test_a_form_sent_twice_acts_once_and_is_answered_alike(town):
    done, client = at(town, "handle"), signed_in("handler")
    page = client.get(f"/cases/{done.case.number}/").content.decode()
    data = {"act": "finish", "version": forms_on(page)["finish"], "idempotency_key": "same-key-twice", "answer": ANSWER}
    first = client.post(f"/cases/{done.case.number}/transitions", {**data, "photos": picture()})
    second = client.post(f"/cases/{done.case.number}/transitions", {**data, "photos": picture()})
    assert first.status_code == second.status_code == 303
    assert Entry.objects.for_system("test", town).filter(subject_id=done.case.pk, act="finish").count() == 1
    other = client.post(f"/cases/{done.case.number}/transitions", {**data, "answer": "另一个答复"})
    assert other.status_code == 409
    assert "另一个答复" in other.content.decode()


def test_faults_stand_beside_their_fields_and_nothing_typed_is_lost(town):
    done = at(town, "handle")
    response = send(signed_in("handler"), done, "ask_extension", reason="灯杆要从外地发货", until="明天")
    html = response.content.decode()
    assert response.status_code == 422
    assert "灯杆要从外地发货" in html
    assert 'id="ask_extension-until-error"' in html
    assert 'href="#ask_extension-until"' in html
    assert 'value="kkkkkkkkkkkkkkkkkkkk"' in html
    assert step_of(town, done) == "handle"


def test_photos_sent_with_a_faulty_form_need_not_be_sent_again(town):
    done, client = at(town, "handle"), signed_in("handler")
    html = send(client, done, "finish", answer="", photos=[picture(), picture("blue")]).content.decode()
    assert "已保留之前的 2 张照片" in html
    token = re.search(r'name="photos_kept" value="([^"]+)"', html)[1]
    assert send(client, done, "finish", answer=ANSWER, photos_kept=token).status_code == 303
    moments = Photo.objects.for_system("test", town).filter(case_id=done.case.pk).values_list("moment", flat=True)
    assert list(moments) == ["after", "after"]
    assert list(verify(town)) == []


@pytest.mark.parametrize("until", ["2020-01-01T00:00", "2199-01-01T00:00"])
def test_a_date_the_engine_refuses_is_told_beside_the_date(town, until):
    response = send(signed_in("handler"), at(town, "handle"), "ask_extension", reason="缺件", until=until)
    assert response.status_code == 422
    assert 'id="ask_extension-until-error"' in response.content.decode()


def test_who_acts_on_an_old_page_is_told_what_changed_and_keeps_what_was_typed(town):
    done = at(town, "handle")
    client = signed_in("handler")
    page = client.get(f"/cases/{done.case.number}/").content.decode()
    move(town, done, ("supervisor", "supervise", {"demand": "今天必须修好", "until": soon(2)}))
    data = {"act": "finish", "version": forms_on(page)["finish"], "idempotency_key": "old-page-key", "answer": ANSWER}
    response = client.post(f"/cases/{done.case.number}/transitions", data)
    html = response.content.decode()
    assert response.status_code == 409
    assert "今天必须修好" in html
    assert "您打开页面之后的变化" in html
    assert ANSWER in html
    again = client.post(f"/cases/{done.case.number}/transitions", {**data, "version": forms_on(html)["finish"]})
    assert again.status_code == 303


def test_words_whose_form_has_gone_can_still_be_copied(town):
    done = at(town, "handle")
    client = signed_in("handler")
    page = client.get(f"/cases/{done.case.number}/").content.decode()
    move(town, done, ("handler", "finish", {"answer": "别人先办结了"}))
    data = {"act": "finish", "version": forms_on(page)["finish"], "idempotency_key": "late-page-key", "answer": ANSWER}
    response = client.post(f"/cases/{done.case.number}/transitions", data)
    html = response.content.decode()
    assert response.status_code == 409
    assert "别人先办结了" in html
    assert f'<p class="pre">{ANSWER}</p>' in html


@pytest.mark.parametrize("data", [{}, {"act": "no_such_act"}, {"act": "take", "version": "x"}, {"act": "close", "version": "4"},
                                  {"act": "\x00", "version": "-1"}, {"act": "record", "version": "9" * 40}])  # fmt: skip
def test_junk_is_refused_with_a_sentence_and_changes_nothing(town, data):
    done = at(town, "handle")
    response = signed_in("handler").post(f"/cases/{done.case.number}/transitions", data)
    assert response.status_code in {409, 422}
    assert 'role="alert"' in response.content.decode()
    assert Case.objects.for_system("test", town).get(pk=done.case.pk).version == done.case.version


def test_what_is_not_yours_is_said_to_be_whose_it_is(town):
    done = at(town, "handle")
    version = Case.objects.for_system("test", town).get(pk=done.case.pk).version
    data = {"act": "suspend", "version": version, "reason": "等货", "until": "2030-01-01T00:00"}
    response = signed_in("handler").post(f"/cases/{done.case.number}/transitions", data)
    assert response.status_code == 422
    assert "督查员" in response.content.decode()


def test_acts_go_by_post_with_the_forms_own_token(town):
    done = at(town, "dispatch")
    assert signed_in("handler").get(f"/cases/{done.case.number}/transitions").status_code == 405
    strict = signed_in("handler")
    strict.handler.enforce_csrf_checks = True
    assert strict.post(f"/cases/{done.case.number}/transitions", {"act": "take"}).status_code == 403


# Photos and contacts


def test_photos_open_to_whom_the_case_opens(town):
    done = at(town, "handle")
    send(signed_in("handler"), done, "record", note="现场", photos=[picture()])
    photo = Photo.objects.for_system("test", town).get(case_id=done.case.pk)
    address = f"/cases/{done.case.number}/photos/{photo.pk}.jpg"
    response = signed_in("supervisor").get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert response["Cache-Control"].startswith("private")
    whole, small = b"".join(response.streaming_content), signed_in("supervisor").get(address + "?size=small")
    assert whole[:2] == b"".join(small.streaming_content)[:2] == b"\xff\xd8"
    assert signed_in("supervisor", **{"if-none-match": response["ETag"]}).get(address).status_code == 304
    assert signed_in("worker2").get(address).status_code == 404
    assert Client(headers={"host": "127.0.0.1"}).get(address).status_code == 302
    other = raised(town)
    assert signed_in("clerk").get(f"/cases/{other.case.number}/photos/{photo.pk}.jpg").status_code == 404
    assert signed_in("clerk").get(f"/cases/{other.case.number}/photos/{'9' * 30}.jpg").status_code == 404


def look(client, done, **data):
    return client.post(f"/cases/{done.case.number}/contact", {"reporter": str(done.reporter_id), **data})


def test_a_telephone_number_is_shown_once_for_a_reason_that_stays(town):
    done = raised(town)
    move(town, done, ACCEPT, assign(town))
    client = signed_in("handler")
    response = look(client, done, reason="handle")
    html = response.content.decode()
    assert f'href="tel:{PHONE}"' in html
    assert NAME in html
    assert "no-store" in response["Cache-Control"]
    assert PHONE not in client.get(f"/cases/{done.case.number}/").content.decode()
    entry = Entry.objects.for_system("test", town).get(subject_kind="person", subject_id=done.reporter_id)
    assert (entry.act, entry.post_id, entry.data["case"]) == ("look", who(town, "handler").post_id, done.case.pk)
    assert PHONE not in str(entry.data)
    assert Text.objects.for_system("test", town).get(entry_id=entry.pk).body == "办理需要"
    assert list(verify(town)) == []


def test_nobody_looks_without_a_reason_or_the_right(town):
    done = raised(town)
    assert look(signed_in("clerk"), done).status_code == 422
    assert look(signed_in("clerk"), done, reason="other", words=" ").status_code == 422
    assert PHONE not in look(signed_in("clerk"), done, reason="nonsense").content.decode()
    assert look(signed_in("leader"), done, reason="handle").status_code == 403
    assert look(signed_in("worker2"), done, reason="handle").status_code == 404
    assert "contact" not in re.findall(r'action="/cases/\w+/(\w+)"', signed_in("leader").get(f"/cases/{done.case.number}/").content.decode())
    assert not Entry.objects.for_system("test", town).filter(act="look").exists()


@pytest.mark.parametrize("reporter_id", ["", "x", "0", "9" * 30, "²"])
def test_a_look_at_nobody_is_not_found(town, reporter_id):
    done = raised(town)
    response = signed_in("clerk").post(f"/cases/{done.case.number}/contact", {"reporter": reporter_id, "reason": "handle"})
    assert response.status_code == 404


def test_the_reporter_of_another_case_is_not_found(town):
    done, other = raised(town), raised(town)
    response = signed_in("clerk").post(
        f"/cases/{done.case.number}/contact", {"reporter": str(other.reporter_id), "reason": "handle"}
    )
    assert response.status_code == 404


def test_who_looks_at_a_hundred_people_is_stopped(town):
    done, client = raised(town), signed_in("clerk")
    answers = [look(client, done, reason="handle").status_code for _try in range(62)]
    assert answers.count(200) <= 60 or 429 in answers
    assert 429 in answers


def test_what_an_import_kept_is_shown_with_its_label(town):
    kept = {"votes_for": 12, "source": "网络留言", "external_number": "WM-2026-7", "colour": "red", "user": "", "place": "x"}
    done = raised(town, answers=kept)
    page = signed_in("clerk").get(f"/cases/{done.case.number}/").content.decode()
    shown = page[page.index('id="kept"') :]
    for text in ("支持数", "12", "导入来源", "网络留言", "原编号", "WM-2026-7", "colour", "red"):
        assert text in shown
    assert "原系统用户" not in shown
    assert 'id="kept"' not in signed_in("clerk").get(f"/cases/{raised(town).case.number}/").content.decode()


def test_what_is_asked_stands_above_the_forms_and_the_date_asked_for_in_the_supervisors(town):
    done = move(town, at(town, "handle"), ("handler", "ask_extension", {"reason": "等配件", "until": soon(9)}))
    case = done.case
    page = signed_in("handler").get(f"/cases/{case.number}/").content.decode()
    assert page.index("等配件") < page.index('id="acts"')
    assert f"现在的期限：{when(case.due_at)}" in page
    theirs = signed_in("supervisor").get(f"/cases/{case.number}/").content.decode()
    assert f"{timezone.localtime(soon(9)):%Y-%m-%d}" in theirs[theirs.index('id="do-grant_extension"') :]


def test_from_a_list_of_the_supervisors_one_comes_back_to_it(town):
    done = at(town, "feedback")
    page = signed_in("supervisor").get(f"/cases/{done.case.number}/?next=/supervise/%3Flist%3Dcalls").content.decode()
    assert 'name="next" value="/supervise/?list=calls"' in page
    page = signed_in("supervisor").get(f"/cases/{done.case.number}/?next=//evil.example/").content.decode()
    assert 'value="//evil' not in page


def test_a_grid_workers_own_find_names_no_resident(town):
    done = raised(town, channel="field", contact=Contact())
    assert "未留姓名" not in signed_in("clerk").get(f"/cases/{done.case.number}/").content.decode()


# What was merged in


def test_who_handles_a_case_reads_what_was_merged_into_it(town):
    main, twin = at(town, "handle"), raised(town, title="东头路灯灭了", text="老人夜里摔了一跤", contact=Contact("李大勇", "19900000077"))
    assert "并入本件的诉求" not in signed_in("handler").get(f"/cases/{main.case.number}/").content.decode()
    twin = move(town, twin, ACCEPT, ("clerk", "merge", {"case": main.case.pk}))
    number, shown = twin.case.number, twin.case.recorded_at
    for path in (f"/cases/{main.case.number}/", f"/field/cases/{main.case.number}/"):
        page = signed_in("handler").get(path).content.decode()
        part = page[page.index('id="merged"') :].split("</ul>")[0]
        assert spoken(number) in part
        assert "东头路灯灭了" in part
        assert "老人夜里摔了一跤" in part
        assert stamp(shown) in part
        assert "李大勇" not in page
        assert "19900000077" not in page
        assert "077" in part
        seen = signed_in("handler").get(f"/cases/{number}/").status_code == 200
        assert (f'href="/cases/{number}/"' in part) == seen
    assert f'href="/cases/{number}/"' in signed_in("clerk").get(f"/cases/{main.case.number}/").content.decode()
    mine = reporter(town, case_id=main.case.pk, reporter_id=main.reporter_id)
    assert case_page(mine, stand(mine, pk=main.case.pk), timezone.now())["merged"] == []
    move(town, twin, ("clerk", "split", {"reason": "不是一件事"}))
    assert "老人夜里摔了一跤" not in signed_in("handler").get(f"/cases/{main.case.number}/").content.decode()


def test_a_request_that_was_withdrawn_says_by_whom_when_in_whose_words_and_what_is_left(town):
    done = move(town, raised(town), ACCEPT, ("reporter", "withdraw", {"reason": "和邻居说开了，不用办了。"}))
    html = signed_in("clerk").get(f"/cases/{done.case.number}/").content.decode()
    ended = Case.objects.for_system("t", town).get(pk=done.case.pk).closed_at
    assert f"诉求人 王**于 {when(ended)} 撤回，原话：“和邻居说开了，不用办了。”" in html
    assert "时限已停，无须再办。如果隐患还在，请另行登记。" in html
    assert "办结时间" not in html  # nothing was settled
    assert NAME not in html


def test_what_others_still_wait_for_is_named_when_the_first_withdraws(town):
    done = move(town, raised(town), ACCEPT)
    Reporter.objects.for_system("t", town).filter(case_id=done.case.pk).update(name="")
    join_case(done.case.pk, Contact("李红", "19900000002"), actor=nobody(town), now=timezone.now())
    done = move(town, done, ("reporter", "withdraw", {}))
    html = signed_in("clerk").get(f"/cases/{done.case.number}/").content.decode()
    assert re.search("诉求人于 .*撤回，没有写理由。", html)
    assert re.search("时限已停。还要做的：告诉另外 1 位遇到同样问题的人。", html)
