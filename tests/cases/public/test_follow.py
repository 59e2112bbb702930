"""Following: by link or by number and digits; each sees just what is theirs and does what is theirs to do."""

import errno
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lianxin.cases import links
from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.joining import join_case
from lianxin.cases.allowance import TO_THE_MINUTE
from lianxin.cases.links import TRIES, link_code, reporter_by_code
from lianxin.cases.models import Case, Duty, Photo, Reporter
from lianxin.cases.tasks import sweep
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.keys.numbers import number_of
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.queries import unit_by_key
from lianxin.ui import words
from towns import MONDAY, who

pytestmark = pytest.mark.django_db
TEXT = "村口路灯坏了三天，晚上看不见路"


def post(site, path, act, case=None, **more):
    version = {} if case is None else {"version": Case.objects.for_system("t", case.town_id).get(pk=case.pk).version}
    return site.post(path, {"act": act, **version, **more})


def step(case):
    return Case.objects.for_system("tests", case.town_id).get(pk=case.pk).step


def test_the_private_link_opens_the_page_and_is_kept_by_nobody(site, lamp, link):
    page = site.get(link(lamp()))
    assert page.status_code == 200
    assert TEXT in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["X-Robots-Tag"].startswith("noindex")
    assert page["Cache-Control"] == "private, no-store"


def test_a_code_is_sixteen_characters_derived_and_stored_nowhere(town, lamp):
    done = lamp()
    code = link_code(done.reporter_id)
    assert len(code) == 16
    assert code == link_code(done.reporter_id)
    assert code != link_code(done.reporter_id + 1)
    row = Reporter.objects.for_system("tests", town).values().get()
    assert code not in str(row)
    assert reporter_by_code(town, done.case.number, code.lower()).pk == done.reporter_id


def test_a_wrong_code_or_one_of_another_case_is_no_page(site, lamp):
    one, other = lamp(), lamp(text="自来水发黄", title="自来水发黄")
    wrong = [f"/r/{one.case.number}/{link_code(other.reporter_id)}/", f"/r/{one.case.number}/{'A' * 16}/"]
    assert [site.get(path).status_code for path in [*wrong, wrong[0] + "sent/"]] == [404, 404, 404]
    assert site.post(wrong[0], {"act": "withdraw"}).status_code == 404


def test_a_link_of_another_town_opens_nothing_here(site, other_town, settings):
    done = open_case(
        Draft(kind="request", title="别镇的事", text="别镇的事"), actor=nobody(other_town), now=timezone.now()
    )
    path = f"/r/{done.case.number}/{link_code(done.reporter_id)}/"
    assert site.get(path).status_code == 404
    assert Client(headers={"host": "qh.test"}).get(path).status_code == 200


def test_number_and_last_four_digits_open_the_page_however_they_are_typed(site, lamp):
    case = lamp().case
    typed = f" {case.number[:2].lower()} {case.number[2:6]}-{case.number[6:]} "
    response = site.post("/find/", {"number": typed, "digits": "0001"})
    assert response.status_code == 303
    page = site.get(response["Location"])
    assert TEXT in page.content.decode()
    assert page["Referrer-Policy"] == "same-origin"  # no secret in its address, and its forms carry the token


def test_a_number_without_its_letters_opens_the_page_and_counts_as_one_try(site, lamp):
    case = lamp().case
    bare = f"{case.number[2:6]} {case.number[6:]}"
    for _ in range(TRIES - 1):
        site.post("/find/", {"number": case.number, "digits": "9999"})
    response = site.post("/find/", {"number": bare, "digits": "0001"})
    assert (response.status_code, response["Location"]) == (303, f"/r/{case.number}/")
    assert TEXT in site.get(response["Location"]).content.decode()
    assert site.post("/find/", {"number": bare, "digits": "9999"}).status_code == 422
    assert site.post("/find/", {"number": bare, "digits": "9999"}).status_code == 429  # the same number, the same tries


def test_without_digits_the_number_alone_leads_to_the_form(site, lamp):
    response = site.get(f"/r/{lamp().case.number}/")
    assert response.status_code == 302
    assert response["Location"].startswith("/find/")


def test_wrong_number_and_wrong_digits_are_answered_alike(site, lamp):
    number = lamp().case.number
    absent = "LX00000000"
    answers = [
        site.post("/find/", {"number": tried, "digits": digits}).content.decode().replace(tried, "")
        for tried, digits in ((number, "9999"), (absent, "0001"))
    ]
    tidy = [page.split('name="idempotency_key"')[0].split("csrfmiddlewaretoken")[0] for page in answers]
    assert tidy[0] == tidy[1]


@pytest.mark.parametrize("digits", ["", "1", "00010", "abcd", "０００１", "\x00001", "'--"])
def test_digits_that_are_no_digits_open_nothing(site, lamp, digits):
    assert site.post("/find/", {"number": lamp().case.number, "digits": digits}).status_code == 422


def test_a_case_without_a_number_left_is_not_found_by_empty_digits(site, lamp):
    case = lamp(phone="").case
    assert site.post("/find/", {"number": case.number, "digits": ""}).status_code == 422


def test_after_five_tries_even_the_right_digits_wait(site, lamp):
    case = lamp().case
    answers = [site.post("/find/", {"number": case.number, "digits": "9999"}).status_code for _ in range(TRIES)]
    begun = timezone.now()
    locked = site.post("/find/", {"number": case.number, "digits": "0001"})
    assert answers == [422] * TRIES
    assert locked.status_code == 429
    left, page = int(locked["Retry-After"]), locked.content.decode()
    assert left <= 15 * 60
    told = [at + timedelta(seconds=left) + TO_THE_MINUTE for at in (begun, timezone.now())]
    assert any(f"请等 {-(-left // 60)} 分钟，{words.when(until)} 以后再试" in page for until in told)
    assert f'value="{case.number}"' in page  # what was typed is still in its form
    assert 'value="0001"' in page
    assert locked["Cache-Control"] == "private, no-store"
    elsewhere = Client(headers={"host": "lx.test"}, REMOTE_ADDR="10.1.2.3")
    assert elsewhere.post("/find/", {"number": case.number, "digits": "0001"}).status_code == 303


def test_the_form_stays_with_what_was_typed_when_it_cannot_be_looked_up(site, lamp, monkeypatch):
    def full(*_args, **_named):
        raise OSError(errno.ENOSPC, "no room")

    number = lamp().case.number
    wrong = site.post("/find/", {"number": number, "digits": "9999"})
    monkeypatch.setattr("lianxin.cases.views.public.follow.reporter_by_phone", full)
    fault = site.post("/find/", {"number": number, "digits": "9999"})
    assert (wrong.status_code, fault.status_code) == (422, 503)
    for page in (wrong.content.decode(), fault.content.decode()):
        assert f'value="{number}"' in page
        assert 'value="9999"' in page
    assert 'href="#f-number"' in wrong.content.decode()


def test_right_digits_are_no_try_however_often(site, lamp):
    right = {"number": lamp().case.number, "digits": "0001"}
    assert {site.post("/find/", right).status_code for _ in range(3 * TRIES)} == {303}


def test_what_cannot_be_right_is_no_try(site, lamp):
    case = lamp().case
    for number, digits in (("LX 0000 0001", "0001"), (case.number, "12"), ("", "")):
        assert {site.post("/find/", {"number": number, "digits": digits}).status_code for _ in range(TRIES + 1)} == {422}
    assert site.post("/find/", {"number": case.number, "digits": "0001"}).status_code == 303


def test_a_success_of_one_s_own_gives_no_guess_back(site, lamp):
    mine, other = lamp().case, lamp(text="自来水发黄", title="自来水发黄", phone="13800000002").case
    told = []
    for digits in range(TRIES + 2):
        told.append(site.post("/find/", {"number": other.number, "digits": f"{digits + 5000}"}).status_code)
        assert site.post("/find/", {"number": mine.number, "digits": "0001"}).status_code == 303
    assert told == [*[422] * TRIES, 429, 429]


def test_one_who_joined_guesses_the_others_digits_no_oftener(site, lamp, town):
    case = lamp().case
    join_case(case.pk, Contact(phone="13800000002"), actor=nobody(town), now=timezone.now())
    told = []
    for digits in range(TRIES + 1):
        told.append(site.post("/find/", {"number": case.number, "digits": f"{digits + 5000}"}).status_code)
        site.post("/find/", {"number": case.number, "digits": "0002"})
    assert told == [*[422] * TRIES, 429]
    assert site.post("/find/", {"number": case.number, "digits": "0002"}).status_code == 429


def test_the_same_digits_are_not_tried_on_number_after_number(site, lamp, town, monkeypatch):
    monkeypatch.setattr(links, "MOST_WRONG", 3)
    case = lamp().case
    numbers = [number_of("LX", serial) for serial in range(5000, 5004)]
    assert [site.post("/find/", {"number": number, "digits": "0001"}).status_code for number in numbers] == [422] * 3 + [429]
    assert site.post("/find/", {"number": case.number, "digits": "0001"}).status_code == 429


def test_tries_of_any_kind_have_an_end(site, lamp, monkeypatch):
    monkeypatch.setattr(links, "MOST_ASKED", 4)
    right = {"number": lamp().case.number, "digits": "0001"}
    assert [site.post("/find/", right).status_code for _ in range(5)] == [303] * 4 + [429]


def test_residents_behind_one_proxy_do_not_share_their_tries(site, lamp, settings):
    settings.LIANXIN_PROXIES = 1
    wrong = {"number": lamp().case.number, "digits": "9999"}
    first = [site.post("/find/", wrong, headers={"x-forwarded-for": "203.0.113.7"}).status_code for _ in range(TRIES + 1)]
    assert first[-1] == 429
    assert site.post("/find/", wrong, headers={"x-forwarded-for": "203.0.113.8"}).status_code == 422


def test_the_page_shows_the_way_in_plain_words_without_inner_notes_or_names(site, lamp, link, answered, draw):
    done = lamp()
    answered(done.case)
    page = site.get(link(done)).content.decode()
    assert "更换灯头两个" in page
    assert "公用事业服务站" in page
    assert "E27" not in page
    assert "handler" not in page
    assert "王建国" not in page  # not even their own name lies about on the page


def test_a_constant_number_of_statements_however_long_the_history(
    site, lamp, link, answered, act, django_assert_max_num_queries
):
    done = lamp()
    answered(done.case)
    for at in range(8):
        act(done.case, "note", "clerk", note=f"备注 {at}")
    site.get(link(done))
    with django_assert_max_num_queries(16):
        site.get(link(done))


def test_words_and_photos_can_be_added_and_are_shown_again(site, town, lamp, link, draw):
    done = lamp()
    path = link(done)
    response = post(site, path, "add", note="灯杆编号 12", photos=[draw()], idempotency_key="k")
    assert response.status_code == 303
    again = post(site, path, "add", note="灯杆编号 12", photos=[draw()], idempotency_key="k")
    assert again.status_code == 303
    assert Photo.objects.for_system("tests", town).count() == 1
    page = site.get(path).content.decode()
    assert page.count("灯杆编号 12") == 1
    photo = Photo.objects.for_system("tests", town).get()
    assert site.get(f"{path}photos/{photo.pk}.jpg")["Content-Type"] == "image/jpeg"
    assert site.get(f"{path}photos/{photo.pk}.jpg?small=1").status_code == 200
    assert site.get(f"{path}photos/{photo.pk + 1}.jpg").status_code == 404
    assert list(verify(town)) == []


def test_adding_nothing_is_said_to_be_nothing(site, lamp, link):
    response = post(site, link(lamp()), "add", note="  ")
    assert response.status_code == 422
    assert "请写几句话" in response.content.decode()


def test_a_bad_photo_is_refused_and_the_words_and_the_good_photo_stay(site, lamp, link, draw, hidden):
    import io

    bad = io.BytesIO(b"no photo")
    bad.name = "bad.jpg"
    response = post(site, link(lamp()), "add", note="还有这个", photos=[draw(), bad])
    assert response.status_code == 422
    assert "bad.jpg" in response.content.decode()
    assert "还有这个" in response.content.decode()
    assert hidden(response, "photos_kept")


@pytest.mark.parametrize(
    ("rating", "step_after"), [("5", "review"), ("4", "review"), ("3", "review"), ("2", "handle"), ("1", "handle")]
)
def test_a_rating_says_whether_the_matter_is_settled(site, lamp, link, answered, rating, step_after):
    done = lamp()
    answered(done.case)
    response = post(site, link(done), "rate", done.case, rating=rating, words="灯又灭了")
    assert response.status_code == 303
    assert step(done.case) == step_after
    assert "灯又灭了" in site.get(link(done)).content.decode()


def test_not_satisfied_without_a_word_is_asked_for_one(site, lamp, link, answered):
    done = lamp()
    answered(done.case)
    response = post(site, link(done), "rate", done.case, rating="1", words="")
    assert response.status_code == 422
    assert step(done.case) == "feedback"


@pytest.mark.parametrize("rating", ["", "0", "6", "五", "1;drop"])
def test_a_rating_out_of_range_changes_nothing(site, lamp, link, answered, rating):
    done = lamp()
    answered(done.case)
    radio = re.search(r'<input type="radio" id="f-rating"[^>]*>', site.get(link(done)).content.decode())
    assert "required" not in radio[0]  # the browser's own bubble speaks the language of the phone
    response = post(site, link(done), "rate", done.case, rating=rating, words="x")
    assert response.status_code == 422
    assert response.content.decode().count("请先在五项里选一项") == 2  # at the head and beside the field
    assert step(done.case) == "feedback"


def test_among_my_requests_an_answer_asks_for_its_rating(site, lamp, link, answered):
    done = lamp()
    assert "请您评价" not in site.get(f"{link(done)}brief/").content.decode()
    answered(done.case)
    assert "已答复，请您评价" in site.get(f"{link(done)}brief/").content.decode()


def test_a_page_seen_before_the_case_moved_does_not_move_it_again(site, lamp, link, answered):
    done = lamp()
    answered(done.case)
    response = site.post(link(done), {"act": "rate", "rating": "5", "version": "1", "words": "很好"})
    assert response.status_code == 409
    assert "很好" in response.content.decode()
    assert step(done.case) == "feedback"


def test_closed_and_not_solved_goes_back_to_triage(site, lamp, link, answered, act):
    done = lamp()
    answered(done.case)
    post(site, link(done), "rate", done.case, rating="4")
    act(done.case, "close", "supervisor")
    assert "已办结" in site.get(link(done)).content.decode()
    assert post(site, link(done), "not_solved", done.case, reason="又不亮了").status_code == 303
    assert step(done.case) == "triage"


def test_a_request_can_be_withdrawn_until_it_is_handled(site, lamp, link, answered):
    first, second = lamp(), lamp()
    assert post(site, link(first), "withdraw", first.case).status_code == 303
    assert step(first.case) == "withdrawn"
    answered(second.case)
    assert post(site, link(second), "withdraw", second.case).status_code == 303
    assert step(second.case) == "feedback"
    assert "已有新进展" in site.get(link(second)).content.decode()


@pytest.mark.parametrize("name", ["accept", "close", "reject", "assign", "nonsense", "", "note"])
def test_acts_of_staff_are_not_a_residents_to_do(site, lamp, link, name):
    done = lamp()
    before = done.case.version
    assert post(site, link(done), name, done.case, note="x").status_code == 303
    assert Case.objects.for_system("t", done.case.town_id).get().version == before


def test_pressing_counts_once_a_day(site, town, lamp, link):
    done = lamp()
    post(site, link(done), "remind")
    post(site, link(done), "remind")
    assert Entry.objects.for_system("tests", town).filter(act="remind").count() == 1
    assert 'id="act-remind"' not in site.get(link(done)).content.decode()


def test_a_refusal_shows_its_ground_and_the_way_on_and_an_appeal_gets_a_number_of_its_own(site, town, lamp, link, act):
    done = lamp()
    act(done.case, "reject", "clerk", clause="court", reason="已在法院立案")
    page = site.get(link(done)).content.decode()
    assert "诉讼、仲裁" in page
    assert "已在法院立案" in page
    assert "15日内提出申诉" in page
    assert post(site, link(done), "appeal", done.case, reason="没有起诉过").status_code == 303
    appeal = Case.objects.for_system("tests", town).get(channel="appeal")
    page = site.get(link(done)).content.decode()
    own = Reporter.objects.for_system("tests", town).get(case_id=appeal.pk)
    path = f"/r/{appeal.number}/{link_code(own.pk)}/"
    assert path in page
    assert site.get(path).status_code == 200
    assert 'id="act-appeal"' not in page


def test_an_appeal_carries_its_photos_to_whoever_decides_it(site, town, lamp, link, act, draw):
    done = lamp()
    act(done.case, "reject", "clerk", clause="court", reason="已在法院立案")
    assert 'type="file"' in site.get(link(done)).content.decode()
    post(site, link(done), "appeal", done.case, reason="没有起诉过", photos=[draw("red"), draw("navy")])
    appeal = Case.objects.for_system("tests", town).get(channel="appeal")
    shown = Photo.objects.for_system("tests", town).filter(case_id=appeal.pk)
    assert set(shown.values_list("moment", flat=True)) == {"before"}
    assert shown.count() == 2
    own = Reporter.objects.for_system("tests", town).get(case_id=appeal.pk)
    assert site.get(f"/r/{appeal.number}/{link_code(own.pk)}/photos/{shown[0].pk}.jpg").status_code == 200
    assert list(verify(town)) == []


def test_a_bad_rating_without_words_is_told_what_to_write(site, lamp, link, answered):
    done = lamp()
    answered(done.case)
    refused = post(site, link(done), "rate", done.case, rating="1", words=" ")
    assert refused.status_code == 422
    assert "请写明哪里没办好，我们好重新办理。" in refused.content.decode()
    assert "请填写理由" not in refused.content.decode()
    assert step(done.case) == "feedback"


def test_what_is_not_solved_is_shown_by_photos_too(site, town, lamp, link, answered, act, draw):
    done = lamp()
    answered(done.case)
    post(site, link(done), "rate", done.case, rating="5")
    act(done.case, "close", "supervisor")
    assert post(site, link(done), "not_solved", done.case, reason="又不亮了", photos=[draw("red")]).status_code == 303
    assert f"/r/{done.case.number}/" in site.get(link(done)).content.decode().split("又不亮了")[1].split("</li>")[0]
    assert Photo.objects.for_system("tests", town).filter(case_id=done.case.pk).count() == 1


def test_a_merged_request_shows_how_the_main_one_gets_on_without_its_words(site, lamp, link, answered, act):
    main, mine = lamp(text="井盖旁边的电线杆也歪了，主人家姓赵", title="电线杆歪了"), lamp()
    act(mine.case, "merge", "clerk", case=main.case.pk)
    assert "催办" not in site.get(link(mine)).content.decode()  # there is none here to press
    answered(main.case)
    page = site.get(link(mine)).content.decode()
    assert "合并办理的事项" in page
    assert "更换灯头两个" in page
    assert "姓赵" not in page
    assert "电线杆歪了" not in page


def test_a_late_case_says_so(site, town, lamp, link):
    done = lamp(now=MONDAY)
    sweep(town, now=MONDAY + timedelta(days=2))
    page = site.get(link(done)).content.decode()
    assert "已经超期" in page
    assert "已超期，已报上一级" in page
    told = re.search(r'<p class="next late">([^<]+)', page)[1]
    assert "本应在" in told  # a day gone by is not promised anew
    assert "将" not in told


def test_a_suspended_case_says_when_it_is_looked_at_again(site, town, lamp, link, act):
    done = lamp()
    act(done.case, "accept", "clerk")
    act(done.case, "assign", "clerk", holder=Holder(unit_by_key(town, "utilities").pk))
    act(done.case, "take", "handler")
    act(done.case, "suspend", "supervisor", reason="内部：等设备招标", until=timezone.now() + timedelta(days=9))
    page = site.get(link(done)).content.decode()
    assert "暂缓办理" in page
    assert "招标" not in page


def test_every_step_of_the_way_has_somebody_and_a_date_on_the_page(site, town, lamp, link, answered):
    done = lamp()
    for move in (
        lambda: None,
        lambda: transition(done.case.pk, "accept", actor=who(town, "clerk"), now=timezone.now()),
    ):
        move()
        duty = Duty.objects.for_system("tests", town).get(case_id=done.case.pk, done_at=None)
        page = site.get(link(done)).content.decode()
        assert duty.unit.name in page
        assert 'class="next' in page


def standing(page):
    """The questions and answers at the head of the page, and the head of what was done."""
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page, re.S))
    first = re.search(r'<ol class="timeline"><li class="([^"]*)"><span class="act">(.*?)</span>', page)
    return facts, first


def test_at_each_step_the_page_says_who_until_when_what_if_late_and_how_to_object(site, town, lamp, link, act):
    town.phone = "0990-6681200"
    town.save(update_fields=["phone"])
    done = lamp()
    utilities = Holder(unit_by_key(town, "utilities").pk)
    way = (
        ("信息收集", "受理中心", "自动报上一级", "您可以申诉，换人审查", ()),
        ("分析研判", "受理中心", "自动报上一级", "您可以申诉，换人审查", ("accept", "clerk", {})),
        ("分派流转", "公用事业服务站", "自动报上一级", "不满意就重新办理", ("assign", "clerk", {"holder": utilities})),
        ("事件处置", "公用事业服务站", "您也可以在下面催办。也可以打电话 0990-6681200。", "不满意就重新办理", ("take", "handler", {})),
        ("跟踪反馈", "等您回话", "视为已经办好", "请评“不满意”", ("finish", "handler", {"answer": "已亮"})),
        ("督查考核", "督查", "计入这个单位的考核", "归档以后还没解决的", ("call_back", "supervisor", {"rating": "4", "note": "电话回访"})),
    )  # fmt: skip
    for step_name, whose, late, objection, move in way:
        if move:
            act(done.case, move[0], move[1], **move[2])
        page = site.get(link(done)).content.decode()
        facts, first = standing(page)
        told = facts["现在由谁办"], facts["什么时候前"], facts.get("到时没办") or facts.get("您不回话"), facts["如果您不认可"]
        assert whose in told[0], step_name
        assert "还有" in told[1], step_name
        assert late in told[2], step_name
        assert "催办" not in told[2] or 'id="act-remind"' in page, step_name
        assert objection in told[3], step_name
        assert first[1].startswith("present ")
        assert first[2] == f"现在：{step_name}"
    act(done.case, "close", "supervisor")
    facts, first = standing(site.get(link(done)).content.decode())
    assert list(facts) == ["如果您不认可"]
    assert "请在下面提出" in facts["如果您不认可"]
    assert "present" not in first[1]


def test_the_way_on_is_told_only_to_whom_it_is_open(site, town, lamp, link, act):
    done = lamp()
    act(done.case, "reject", "clerk", clause="court", reason="已在法院立案")
    assert "申诉一次" in standing(site.get(link(done)).content.decode())[0]["如果您不认可"]
    post(site, link(done), "appeal", done.case, reason="没有起诉过")
    assert "如果您不认可" not in standing(site.get(link(done)).content.decode())[0]
    other = lamp(text="另一盏路灯不亮")
    joined = join_case(other.case.pk, Contact(), actor=nobody(town), now=timezone.now())
    page = site.get(f"/r/{other.case.number}/{link_code(joined.reporter_id)}/").content.decode()
    assert "如果您不认可" not in standing(page)[0]  # who joined neither rates nor appeals


def test_the_residents_pages_post_with_the_code_alone_but_the_session_page_needs_its_token(lamp, link, town, settings):
    settings.ALLOWED_HOSTS = ["*"]
    done = lamp()
    strict = Client(headers={"host": "lx.test", "origin": "null"}, enforce_csrf_checks=True)
    assert post(strict, link(done), "add", note="没有来源页").status_code == 303
    assert post(strict, f"/r/{done.case.number}/", "add", note="x").status_code == 403


def test_the_page_after_sending_offers_no_press_that_is_not_there(site, town, lamp, link):
    done = lamp()
    html = site.get(link(done, "sent/")).content.decode()
    assert "自动报上一级" in html
    assert "催" not in html
