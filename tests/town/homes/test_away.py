"""A leave entered on the page of a post: what becomes of the open work is said at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lianxin.people.models import Leave

pytestmark = [pytest.mark.django_db, pytest.mark.row("A5")]


def days(n):
    return (timezone.localdate() + timedelta(days=n)).isoformat()


def asked(post, first, *, hand=True):
    day = timezone.localdate() + timedelta(days=first)
    form = {"first": day.isoformat(), "last": (day + timedelta(days=2)).isoformat(), "stand_in": f"post:{post('handler2').pk}"}
    return form | ({"hand": "1"} if hand else {})


@pytest.mark.parametrize(
    ("first", "hand", "said"),
    [(0, True, "手头未办的随即移交给代班人"), (3, True, "第一天把手头未办的移交给代班人"), (3, False, "请假已登记。")],
)
def test_whoever_enters_a_leave_is_told_when_the_open_work_goes(town, signed, post, first, hand, said):
    page = signed("admin").post(f"/staff/{post('handler').pk}/away/", asked(post, first, hand=hand), follow=True)
    assert said in page.content.decode()


def test_a_leave_is_ended_not_put_out_of_use(town, signed, post):
    page = signed("admin").post(f"/staff/{post('handler').pk}/away/", asked(post, 0), follow=True).content.decode()
    row = Leave.objects.for_system("test", town).get()
    ending = page.split(f"/away/{row.pk}/end/")[1].split("</form>")[0]
    assert "结束" in ending
    assert "停用" not in ending


@pytest.mark.parametrize(("day", "said"), [("2026-02-30", "没有这一天：2026-02-30。"), ("", "请填写日期。"), ("明天", "请填写日期。")])
@pytest.mark.parametrize(("path", "fields"), [("away", ("first", "last")), ("leave", ("off",))])
def test_a_day_that_does_not_exist_is_called_so_not_asked_for(signed, post, path, fields, day, said):
    sent = dict.fromkeys(fields, day) | {"note": "探亲", "reason": "调离"}
    page = signed("admin").post(f"/staff/{post('handler').pk}/{path}/", sent)
    assert page.status_code == 422
    assert page.content.decode().count(said) == 2 * len(fields)  # above, and beside the field
    assert ("探亲" if path == "away" else "调离") in page.content.decode()


def test_a_leave_that_is_too_long_is_told_how_long_one_may_be(town, signed, post):
    page = signed("admin").post(f"/staff/{post('handler').pk}/away/", asked(post, 0) | {"last": days(367)})
    assert "最多 367 天" in page.content.decode()
    signed("admin").post(f"/staff/{post('handler').pk}/away/", asked(post, 0) | {"last": days(366)})
    row = Leave.objects.for_system("test", town).get()
    assert (row.last - row.first).days + 1 == 367
