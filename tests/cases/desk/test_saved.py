"""Saved views: kept, shared by a unit, opened first; never with somebody's telephone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.actions.saved import MOST, ViewRefused, change_view, drop_view, save_view, start_with
from lianxin.cases.models import FirstView, SavedView
from lianxin.cases.queries.inbox import InboxFilter, inbox
from lianxin.cases.queries.saved import asked_in_words, count_of, filter_of, query_of, saved_views
from lianxin.cases.queries.setup import categories
from lianxin.cases.values import Draft
from lianxin.people.models import Account, Post
from towns import MONDAY, grid_named, who

pytestmark = pytest.mark.django_db
LATE = InboxFilter(scope="all", light="late")


@pytest.fixture
def sign_in(client, settings):
    settings.AUTHENTICATION_BACKENDS = ["lianxin.people.backends.AccountBackend"]
    settings.ALLOWED_HOSTS = ["*"]

    def enter(town, username):
        client.force_login(Account.objects.get(username=f"{username}.{town.letters.lower()}"))
        return client

    return enter


def kept(town, username="clerk", name="超期", filters=LATE, shared=False):
    return save_view(name, filters, shared=shared, actor=who(town, username), now=MONDAY)


def test_a_query_says_the_whole_filter_and_is_read_back_as_it_was(town):
    group = next(iter(categories(town).values()))
    asked = InboxFilter(
        scope="unit", step="triage", phase="handle", light="late", duty="main", kind="x", category=group.pk,
        grid=grid_named(town, "1").pk, unit=7, channel="phone", urgency="urgent", words="路灯 & 井盖",
    )  # fmt: skip
    assert filter_of(query_of(asked)) == asked
    assert query_of(InboxFilter()) == ""
    words = asked_in_words(town, asked)
    for part in ("1村", group.name, "路灯 & 井盖"):
        assert part in words


def test_what_no_longer_is_says_so(town):
    assert "（已停用）" in asked_in_words(town, InboxFilter(category=99, grid=99, unit=99))


def test_a_view_is_its_maker_s_and_a_shared_one_its_unit_s(town, other_town):
    kept(town), kept(town, name="我科的", shared=True)
    names = {name: [row["name"] for row in saved_views(who(town, name))] for name in ("clerk", "clerk2", "handler")}
    assert names == {"clerk": ["我科的", "超期"], "clerk2": ["我科的"], "handler": []}
    assert saved_views(who(other_town, "clerk")) == []


def test_the_same_again_is_one_view_and_the_name_used_otherwise_is_refused(town):
    assert kept(town).pk == kept(town).pk
    with pytest.raises(ViewRefused, match="taken"):
        kept(town, filters=InboxFilter(light="soon"))


@pytest.mark.parametrize(
    ("name", "filters", "code"),
    [
        (" \x00 ", LATE, "no_name"),
        ("长" * 25, LATE, "long_name"),
        ("原样", InboxFilter(), "plain"),
        ("电话", InboxFilter(phone="13812349876"), "personal"),
        ("编号", InboxFilter(number="LX26000017"), "personal"),
        ("尾号", InboxFilter(words="9876", tail="9876"), "personal"),
        ("夹着电话", InboxFilter(words="找 13812349876"), "personal"),
    ],
)
def test_what_is_not_kept_says_why(town, name, filters, code):
    with pytest.raises(ViewRefused, match=code):
        kept(town, name=name, filters=filters)
    assert SavedView.objects.for_system("test", town).count() == 0


def test_there_are_not_more_than_one_finds_again(town):
    for at in range(MOST):
        kept(town, name=f"第{at}")
    with pytest.raises(ViewRefused, match="full"):
        kept(town, name="再一个")
    kept(town, name="共用", shared=True)  # the unit's are counted apart


def test_whoever_is_in_the_unit_changes_a_shared_view_and_nobody_else(town):
    view = kept(town, shared=True)
    assert change_view(view.pk, "早已超期", shared=True, actor=who(town, "clerk2")).name == "早已超期"
    for stranger in ("handler", "leader"):
        with pytest.raises(SavedView.DoesNotExist):
            change_view(view.pk, "x", shared=True, actor=who(town, stranger))
        with pytest.raises(SavedView.DoesNotExist):
            drop_view(view.pk, actor=who(town, stranger))
    change_view(view.pk, "早已超期", shared=False, actor=who(town, "clerk2"))  # kept back: its maker's alone
    assert [len(saved_views(who(town, name))) for name in ("clerk", "clerk2")] == [1, 0]


def test_a_view_counts_what_its_reader_sees(town):
    open_case(Draft("request", "路灯", "路灯不亮", lon=117.005, lat=34.605), actor=who(town, "clerk"), now=timezone.now())
    query = query_of(InboxFilter(scope="all", words="路灯"))
    clerk, mediator = (count_of(who(town, name), query, now=timezone.now()) for name in ("clerk", "mediator"))
    listed = inbox(who(town, "clerk"), filter_of(query), now=timezone.now())["rows"]
    assert (clerk, mediator) == (len(listed), 0) == (1, 0)


def test_the_inbox_opens_with_the_view_one_chose_and_still_shows_the_plain_one(town, sign_in):
    view = kept(town)
    start_with(view.pk, actor=who(town, "clerk"))
    client = sign_in(town, "clerk")
    assert client.get("/desk/").headers["Location"] == "/desk/?scope=all&light=late"
    for address in ("/desk/?scope=all&light=late", "/desk/?scope=mine"):
        body = client.get(address)
        assert body.status_code == 200
        assert "超期" in body.content.decode()
    client.post(f"/desk/views/{view.pk}/", {"do": "plain"})
    assert client.get("/desk/").status_code == 200
    assert sign_in(town, "clerk2").get("/desk/").status_code == 200


def test_a_view_that_goes_takes_the_choice_with_it(town):
    for way in ("drop", "keep back"):
        view = kept(town, name=way, shared=True)
        start_with(view.pk, actor=who(town, "clerk2"))
        assert saved_views(who(town, "clerk2"))[0]["first"]
        if way == "drop":
            drop_view(view.pk, actor=who(town, "clerk"))
            assert FirstView.objects.for_system("test", town).count() == 0
        else:
            change_view(view.pk, way, shared=False, actor=who(town, "clerk"))
        assert saved_views(who(town, "clerk2")) == []
    with pytest.raises(SavedView.DoesNotExist):
        start_with(view.pk, actor=who(town, "handler"))


def test_a_filter_is_kept_renamed_shared_and_dropped_by_the_page(town, sign_in):
    client = sign_in(town, "clerk")
    offered = "/desk/views/?query=scope%3Dall%26urgency%3Durgent"
    assert f'href="{offered}"' in client.get("/desk/?scope=all&urgency=urgent").content.decode()
    assert 'name="query" value="scope=all&amp;urgency=urgent"' in client.get(offered).content.decode()
    answer = client.post("/desk/views/save/", {"name": "急件", "query": "scope=all&urgency=urgent", "first": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/?scope=all&urgency=urgent")
    view = SavedView.objects.for_system("test", town).get()
    assert "急件" in client.get("/desk/views/").content.decode()
    assert offered not in client.get("/desk/?scope=all&urgency=urgent").content.decode()  # kept already
    client.post(f"/desk/views/{view.pk}/", {"do": "change", "name": "全镇急件", "shared": "1"})
    assert "全镇急件" in sign_in(town, "clerk2").get("/desk/?scope=mine").content.decode()
    assert client.post(f"/desk/views/{view.pk}/", {"do": "drop"}).status_code == 303
    assert SavedView.objects.for_system("test", town).count() == 0


def test_a_refused_name_comes_back_beside_its_field_with_what_was_typed(town, sign_in):
    client = sign_in(town, "clerk")
    answer = client.post("/desk/views/save/", {"name": "很" * 30, "query": "light=late", "shared": "1"})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "最多 24 个字" in body
    assert "很" * 30 in body
    assert 'name="shared" value="1" checked' in body
    view = kept(town)
    kept(town, name="另一个", filters=InboxFilter(light="soon"))
    answer = client.post(f"/desk/views/{view.pk}/", {"do": "change", "name": "另一个"})
    assert answer.status_code == 422
    assert "您已有同名视图" in answer.content.decode()
    assert client.post("/desk/views/1/", {"do": "drop"}).status_code == 404
    assert client.post(f"/desk/views/{2**63}/", {"do": "drop"}).status_code == 404


def test_the_strip_costs_one_statement_however_many_views(town, sign_in):
    client, prices = sign_in(town, "clerk"), []
    for size in (1, 9):
        for at in range(size):
            kept(town, name=f"{size}-{at}")
        client.get("/desk/?scope=mine")
        with CaptureQueriesContext(connection) as caught:
            client.get("/desk/?scope=mine")
        prices.append([each["sql"] for each in caught if "savedview" in each["sql"]])
    assert [len(price) for price in prices] == [1, 1]


def test_a_program_reads_the_views_of_its_post(town, client, settings):
    from lianxin.people.actions import create_token

    settings.ALLOWED_HOSTS = ["*"]
    kept(town, shared=True), kept(town, username="handler", name="别人的")
    start_with(SavedView.objects.for_system("test", town).get(name="超期").pk, actor=who(town, "clerk"))
    post = Post.objects.for_system("test", town).get(account__username="clerk.lx")
    _row, plain = create_token(post, scopes=["cases:read"], days=1, actor=who(town, "admin"), now=timezone.now())
    told = client.get("/api/v1/views", headers={"Authorization": f"Bearer {plain}"}).json()
    assert [(row["name"], row["shared"], row["first"], row["query"]) for row in told["rows"]] == [
        ("超期", True, True, "scope=all&light=late")
    ]
