"""What an open desk is told while it stands open: parts of pages, and what has happened meanwhile."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.presence import forget_presences
from lianxin.cases.models import Case, Presence
from lianxin.cases.queries.standing import stand
from lianxin.cases.values import Draft, Holder
from lianxin.cases.views.desk import live
from lianxin.people.models import Account
from lianxin.people.queries import unit_by_key
from towns import who

PART = {"HTTP_X_LIANXIN_PART": "shown"}


@pytest.fixture
def sign_in(client, settings):
    settings.AUTHENTICATION_BACKENDS = ["lianxin.people.backends.AccountBackend"]

    def enter(town, username):
        client.force_login(Account.objects.get(username=f"{username}.{town.letters.lower()}"))
        return client

    return enter


@pytest.fixture(autouse=True)
def _within_a_minute(monkeypatch):
    """What is said of time changes by the minute; no minute begins while a test looks for other news."""
    began = timezone.now()
    monkeypatch.setattr(live, "timezone", SimpleNamespace(now=lambda: began))


def raised(town, title="村口路灯不亮"):
    draft = Draft("request", title, "晚上太黑了，老人孩子不敢走", lon=117.005, lat=34.605)
    return open_case(draft, actor=who(town, "clerk"), now=timezone.now()).case


def field(body, name):
    """The value of a hidden input or of the option that is chosen."""
    at = body.index(f'name="{name}"')
    return body[at:].split('value="', 1)[1].split('"', 1)[0]


@pytest.mark.parametrize("address", ["/desk/triage/{}/", "/cases/{}/"])
def test_a_part_is_the_same_page_without_its_frame(town, sign_in, address):
    case, client = raised(town), sign_in(town, "clerk")
    whole = client.get(address.format(case.number)).content.decode()
    part = client.get(address.format(case.number), **PART).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert 'class="rail"' not in part
    for words in ("晚上太黑了，老人孩子不敢走", f'name="version" value="{case.version}"'):
        assert words in whole
        assert words in part


def test_a_part_of_a_case_one_may_not_see_is_not_there(town, other_town, sign_in):
    foreign = open_case(Draft("request", "别镇", "别镇的事", lon=118.005, lat=34.605), actor=who(other_town, "clerk"), now=timezone.now())
    client = sign_in(town, "clerk")
    for address in ("/desk/triage/{}/", "/cases/{}/"):
        assert client.get(address.format(foreign.case.number), **PART).status_code == 404


def test_what_is_sent_from_a_part_is_answered_by_what_there_is_to_tell_and_where_to_go_on(town, sign_in):
    first, second = raised(town), raised(town, "另一件")
    client = sign_in(town, "clerk")
    address = f"/desk/triage/{first.number}/"
    body = client.get(address, **PART).content.decode()
    page = client.get(address).content.decode()
    holder = page.split('id="f-holder"', 1)[1].split(" selected", 1)[0].rsplit('value="', 1)[1].split('"', 1)[0]
    category = page.split('id="f-category"', 1)[1].split(" selected", 1)[0].rsplit('value="', 1)[1].split('"', 1)[0]
    data = {"act": "assign", "version": first.version, "idempotency_key": field(body, "idempotency_key"),
            "category": category, "grid": first.grid_id or "", "urgency": "normal", "holder": holder}  # fmt: skip
    answer = client.post(address, {**data, "holder": "x"}, **PART)
    assert answer.status_code == 422
    assert "<html" not in answer.content.decode()
    answer = client.post(address, data, **PART)
    assert answer.status_code == 200
    assert f"/desk/triage/{second.number}/" in answer.headers["X-Location"]
    assert "分派" in answer.content.decode()
    assert "分派。" not in client.get("/desk/").content.decode()  # told once
    assert Case.objects.for_system("test", town).get(pk=first.pk).step == "dispatch"


def test_the_case_fetched_ahead_comes_next_as_long_as_it_waits(town, sign_in):
    first, second, third = raised(town), raised(town, "另一件"), raised(town, "第三件")
    client = sign_in(town, "clerk")

    def next_after(held):
        address = f"/desk/triage/{first.number}/?list=scope%3Dall&skip=1"
        return client.get(address, HTTP_X_LIANXIN_AHEAD=held).headers["Location"]

    assert f"/desk/triage/{third.number}/?list=scope%3Dall&at=a" in next_after(third.number)
    standing = stand(who(town, "clerk"), number=third.number)
    transition(standing, "accept", actor=who(town, "clerk"), now=timezone.now())
    assert third.number in next_after(third.number)  # it stands in triage itself now
    standing, holder = stand(who(town, "clerk"), number=third.number), Holder(unit_by_key(town, "utilities").pk)
    transition(standing, "assign", actor=who(town, "clerk"), now=timezone.now(), given={"holder": holder})
    for held in (third.number, first.number, "LX00000000", "x", ""):
        assert second.number in next_after(held)


def test_what_is_fetched_ahead_uses_up_no_message(town, sign_in):
    first, second = raised(town), raised(town, "另一件")
    client = sign_in(town, "clerk")
    client.post("/desk/register/", {"text": "井盖响", "channel": "phone", "do": "save", "idempotency_key": "k" * 12})
    assert "已登记" not in client.get(f"/desk/triage/{second.number}/", HTTP_X_LIANXIN_PART="ahead").content.decode()
    assert "已登记" in client.get(f"/desk/triage/{first.number}/", **PART).content.decode()


def test_while_nothing_happens_the_pulse_says_so(town, sign_in):
    case, client = raised(town), sign_in(town, "clerk")
    first = client.get("/desk/pulse/?list=1")
    assert case.number in first.content.decode()
    assert "<html" not in first.content.decode()
    again = client.get("/desk/pulse/?list=1", HTTP_IF_NONE_MATCH=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    other = raised(town, "另一件")
    news = client.get("/desk/pulse/?list=1", HTTP_IF_NONE_MATCH=first.headers["ETag"])
    assert news.status_code == 200
    assert other.number in news.content.decode()


def test_the_pulse_of_another_post_list_or_language_is_another(town, sign_in):
    raised(town)
    client = sign_in(town, "clerk")
    tags = {client.get(f"/desk/pulse/?list=1{more}").headers["ETag"] for more in ("", "&scope=all", "&step=intake")}
    tags.add(sign_in(town, "dispatcher").get("/desk/pulse/?list=1").headers["ETag"])
    tags.add(client.get("/desk/pulse/?list=1", HTTP_ACCEPT_LANGUAGE="en").headers["ETag"])
    assert len(tags) == 5


def test_a_pulse_without_news_asks_the_database_one_thing(town, sign_in):
    raised(town)
    client = sign_in(town, "clerk")
    tag = client.get("/desk/pulse/?list=1").headers["ETag"]
    with CaptureQueriesContext(connection) as caught:
        assert client.get("/desk/pulse/?list=1", HTTP_IF_NONE_MATCH=tag).status_code == 304
    spared = ("django_session", "BEGIN", '"people_account"."id" =', 'SELECT "keys_town"."config_version"')
    asked = [each["sql"] for each in caught if not any(word in each["sql"] for word in spared)]
    assert len(asked) <= 1, asked


def test_rows_say_which_case_and_version_they_show(town, sign_in):
    case, client = raised(town), sign_in(town, "clerk")
    assert f'data-of="{case.number}" data-version="{case.version}"' in client.get("/desk/").content.decode()
    standing = stand(who(town, "clerk"), number=case.number)
    transition(standing, "note", actor=who(town, "clerk"), now=timezone.now(), given={"note": "问过了"})
    assert f'data-of="{case.number}" data-version="{case.version + 1}"' in client.get("/desk/pulse/?list=1").content.decode()


def test_what_is_chosen_for_a_case_does_not_narrow_the_list_one_came_from(town, sign_in):
    first, second = raised(town), raised(town, "另一件")
    client = sign_in(town, "clerk")
    every = client.get("/desk/?scope=all&urgency=normal").content.decode()
    address = every.split(f'href="/desk/triage/{first.number}/', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    category = client.get(f"/desk/triage/{first.number}/").content.decode().split('id="f-category"', 1)[1]
    chosen = [part.split('"', 1)[0] for part in category.split('value="')][5]
    page = client.get(f"/desk/triage/{first.number}/{address}&category={chosen}&urgency=urgent").content.decode()
    action = page.split('<form method="post" action="/desk/triage/', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    assert "scope%3Dall%26urgency%3Dnormal" in action
    skipped = client.get(f"/desk/triage/{action}&skip=1")
    assert f"/desk/triage/{second.number}/" in skipped.headers["Location"]


def pulse(client, case, **more):
    return client.get("/desk/pulse/", {"town": "LX", "open": case.number, "version": case.version}, **more)


def test_two_people_at_one_case_are_told_of_one_another_for_half_a_minute(town, sign_in):
    case = raised(town)
    first, second = Client(), Client()
    for client, username in ((first, "clerk"), (second, "dispatcher")):
        client.force_login(Account.objects.get(username=f"{username}.lx"), backend="lianxin.people.backends.AccountBackend")
    names = {username: Account.objects.get(username=f"{username}.lx").name for username in ("clerk", "dispatcher")}
    assert "也打开着" not in pulse(first, case).content.decode()
    assert names["clerk"] in pulse(second, case).content.decode()
    told = pulse(first, case)
    assert names["dispatcher"] in told.content.decode()
    assert names["clerk"] not in told.content.decode()
    assert pulse(first, case, HTTP_IF_NONE_MATCH=told.headers["ETag"]).status_code == 304
    second.get("/desk/pulse/?town=LX&open=")  # closed
    assert names["dispatcher"] not in pulse(first, case).content.decode()
    pulse(second, case)
    Presence.objects.for_system("test", town).update(at=timezone.now() - timedelta(seconds=31))
    assert "也打开着" not in pulse(first, case).content.decode()
    assert Presence.objects.for_system("test", town).count() == 1  # what is over has been deleted


def test_a_post_is_at_one_case_and_what_was_before_is_not_kept(town, sign_in):
    first, second, client = raised(town), raised(town, "另一件"), sign_in(town, "clerk")
    pulse(client, first)
    pulse(client, second)
    assert [row.case_id for row in Presence.objects.for_system("test", town)] == [second.pk]
    forget_presences(now=timezone.now())
    assert Presence.objects.for_system("test", town).count() == 1
    forget_presences(now=timezone.now() + timedelta(seconds=31))
    assert Presence.objects.for_system("test", town).count() == 0


def test_who_does_not_see_a_case_is_told_nothing_and_not_seen_at_it(town, other_town, sign_in):
    foreign = open_case(Draft("request", "别镇", "别镇的事", lon=118.005, lat=34.605), actor=who(other_town, "clerk"), now=timezone.now())
    case = raised(town)
    pulse(sign_in(town, "clerk"), case)
    handler = sign_in(town, "handler")
    for hidden in (case, foreign.case):
        body = pulse(handler, hidden).content.decode()
        assert "也打开着" not in body
        assert "不再归您看" in body
        assert hidden.title not in body
    assert Presence.objects.for_system("test", town).count() == 1
    assert Presence.objects.for_system("test", other_town).count() == 0


def test_what_others_have_done_to_an_open_case_is_told_with_who_and_what(town, sign_in):
    case, client = raised(town), sign_in(town, "clerk")
    quiet = pulse(client, case)
    assert "有了变化" not in quiet.content.decode()
    standing = stand(who(town, "supervisor"), number=case.number)
    transition(standing, "note", actor=who(town, "supervisor"), now=timezone.now(), given={"note": "问过了"})
    said = pulse(client, case, HTTP_IF_NONE_MATCH=quiet.headers["ETag"])
    assert said.status_code == 200
    body = said.content.decode()
    assert "有了变化" in body
    assert Account.objects.get(username="supervisor.lx").name in body
    case.refresh_from_db()
    assert "有了变化" not in pulse(client, case).content.decode()


@pytest.mark.parametrize("query", ["open=x", "open=%00", "open=LX00000000&version=-1", "version=9999999999999999999999", "open=" + "L" * 300])
def test_no_question_breaks_the_pulse(town, sign_in, query):
    assert sign_in(town, "clerk").get(f"/desk/pulse/?{query}").status_code == 200
