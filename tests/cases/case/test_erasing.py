"""Erased means erased: in every table, file and index, and the chain still holds."""

import io
import struct
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from PIL import Image

from cases.case.staging import ACCEPT, NAME, PHONE, TAKE, assign, move, raised, signed_in, soon
from lianxin.cases.actions.erasing import erase_case
from lianxin.cases.actions.looking import reveal_contact
from lianxin.cases.models import Case, Photo, Publication, Reporter
from lianxin.cases.queries.standing import stand
from lianxin.cases.search import find
from lianxin.forms.photos import path_of, store
from lianxin.ledger.verify import verify
from lianxin.town.cli import main
from towns import who

SECRET = "鹧鸪巷七号的瞿老太"
PLACE = {"lon": 117.0051739, "lat": 34.6049283}  # exact enough to find a door


def picture(colour):
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return out.getvalue()


def everything():
    """Every row of every table, as text."""
    told = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            told += [str(row) for row in cursor.fetchall()]
    return "\n".join(told)


def full_case(town):
    """A case that says a secret wherever it can, with photos, a look, a publication and an appeal."""
    shared = store(picture("red"), town=town)
    done = raised(
        town, title=SECRET, text=SECRET, address=SECRET, photos=[shared, store(picture("blue"), town=town)],
        answers={"place": {"source": "gps", "accuracy": "7"}, "said": SECRET}, **PLACE,
    )  # fmt: skip
    first = done.reporter_id
    other = raised(town, title="别的事", photos=[shared])
    reveal_contact(stand(who(town, "clerk"), pk=done.case.pk), first, f"找{SECRET}", actor=who(town, "clerk"), now=soon(0))
    Publication(
        town=town, case_id=done.case.pk, state="published", title=SECRET, text=SECRET, checked_by=1, at=soon(0)
    ).save()
    move(town, done, ACCEPT, ("clerk", "reject", {"clause": "court", "reason": SECRET}))
    move(town, done, ("reporter", "appeal", {"reason": SECRET}))
    return done, other


@pytest.mark.django_db
def test_a_secret_is_nowhere_once_its_case_is_erased_and_the_chain_holds(town, django_capture_on_commit_callbacks):
    done, other = full_case(town)
    pk = done.case.pk
    assert all(each in everything() for each in (SECRET, "117.0051739", "34.6049283"))
    grid = done.case.grid_id
    digests = list(Photo.objects.for_system("test", town).filter(case_id=pk).order_by("id").values_list("file__digest", flat=True))
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_case(done.case, "当事人申请", actor=who(town, "security"), now=soon(0)) >= 7
    left = everything()
    assert not [each for each in (SECRET, "117.0051739", "34.6049283", "accuracy") if each in left]
    case = Case.objects.for_system("test", town).get(pk=pk)
    assert (case.lon, case.lat, case.address, case.answers) == (None, None, "", {})
    assert case.grid_id == grid is not None
    row = Reporter.objects.for_system("test", town).get(pk=done.reporter_id)
    assert (row.name, row.phone, row.phone_blind, row.phone_tail) == ("", "", "", "")
    assert find(town.pk, "鹧鸪") == []
    assert not Photo.objects.for_system("test", town).filter(case_id=pk).exists()
    assert Photo.objects.for_system("test", town).filter(case_id=other.case.pk).exists()
    assert path_of(town.pk, digests[0]).exists()
    assert not path_of(town.pk, digests[1]).exists()
    assert [str(broken) for broken in verify(town)] == []


@pytest.mark.django_db
def test_the_page_of_an_erased_case_still_opens_and_says_so(town):
    done, _other = full_case(town)
    erase_case(done.case, "当事人申请", actor=who(town, "security"), now=soon(0))
    html = signed_in("clerk").get(f"/cases/{done.case.number}/").content.decode()
    assert "（已删除）" in html
    assert "照片已删除" in html
    assert "199****" not in html


@pytest.mark.django_db
def test_an_open_case_goes_on_after_it_was_erased(town):
    done = move(town, raised(town, text=SECRET), ACCEPT)
    erase_case(done.case, "当事人申请", actor=who(town, "security"), now=soon(0))
    done = move(town, done, assign(town), TAKE)
    assert Case.objects.for_system("test", town).get(pk=done.case.pk).step == "handle"
    assert list(verify(town)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["clerk", "supervisor", "leader", "admin", "auditor", "handler"])
def test_nobody_but_the_security_administrator_erases(town, username):
    done = raised(town)
    with pytest.raises(PermissionDenied):
        erase_case(done.case, "我想删", actor=who(town, username), now=soon(0))
    with pytest.raises(ValueError, match="why"):
        erase_case(done.case, " ", actor=who(town, "security"), now=soon(0))


@pytest.mark.django_db
def test_who_may_erase_finds_a_case_by_number_sees_what_goes_and_none_of_it(town):
    done, _other = full_case(town)
    security = signed_in("security")
    assert "/erase/" in security.get("/grids/").content.decode()
    assert security.get("/erase/?number=LX00000000").status_code == 404
    path = f"/cases/{done.case.number}/erase/"
    assert security.get(f"/erase/?number={done.case.number.lower()}")["Location"] == path
    html = security.get(path).content.decode()
    assert SECRET not in html
    assert "照片 2 张" in html
    assert "2 人的姓名和电话" in html  # in the appeal too
    assert "公开栏上的内容" in html
    assert "1 件申诉" in html


@pytest.mark.django_db
def test_erasing_by_the_page_wants_a_reason_and_a_tick_and_is_done_once(town, django_capture_on_commit_callbacks):
    done, _other = full_case(town)
    security, path = signed_in("security"), f"/cases/{done.case.number}/erase/"
    refused = security.post(path, {"reason": " "})
    assert refused.status_code == 422
    assert "怎样核实是本人" in refused.content.decode()
    assert "请勾选确认" in refused.content.decode()
    assert SECRET in everything()
    with django_capture_on_commit_callbacks(execute=True):
        assert security.post(path, {"reason": "当事人电话申请，已回拨核实", "sure": "1"}).status_code == 303
    assert SECRET not in everything()
    html = security.get(path).content.decode()
    assert "已经删除" in html
    assert "<textarea" not in html
    assert list(verify(town)) == []


@pytest.mark.django_db
def test_those_who_handle_cases_are_told_who_erases(town):
    done = raised(town)
    html = signed_in("clerk").get(f"/cases/{done.case.number}/").content.decode()
    assert "把编号交给安全管理员办理" in html
    assert f"/cases/{done.case.number}/erase/" not in html
    assert signed_in("clerk").get(f"/cases/{done.case.number}/erase/").status_code == 403


@pytest.mark.django_db
def test_the_command_says_what_goes_and_erases(town, django_capture_on_commit_callbacks):
    done, _other = full_case(town)
    shell = CliRunner()
    assert "没有编号为" in shell.invoke(main, ["erase", "LX00000000", "--reason", "申请"]).output
    kept = shell.invoke(main, ["erase", done.case.number, "--reason", "当事人申请"], input="n\n")
    assert kept.exit_code == 1
    assert "照片 2 张" in kept.output
    assert SECRET not in kept.output
    assert SECRET in everything()
    with django_capture_on_commit_callbacks(execute=True):
        assert shell.invoke(main, ["erase", done.case.number, "--reason", "当事人申请", "--yes"]).exit_code == 0
    assert SECRET not in everything()
    assert list(verify(town)) == []


@pytest.mark.django_db(transaction=True)
def test_the_databases_own_files_forget_as_well():
    from towns import make_town

    town = make_town("LX", "连心镇", code="999001101")
    done = raised(town, title=SECRET, text=SECRET, address=SECRET, answers={"place": {"source": "gps"}}, **PLACE)
    erase_case(done.case, "当事人申请", actor=who(town, "security"), now=soon(0))
    assert SECRET not in everything()
    assert NAME not in everything()
    if connection.vendor == "sqlite":
        name = connection.settings_dict["NAME"]
        files = [path for path in (Path(name), Path(f"{name}-wal")) if path.exists()]
        assert files
        point = [struct.pack(">d", each) for each in PLACE.values()]  # as SQLite stores a number
        for value in (SECRET.encode(), NAME.encode(), PHONE.encode(), b"117.0051739", *point):
            assert not [path.name for path in files if value in path.read_bytes()]
