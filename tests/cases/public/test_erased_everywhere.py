"""Erased means erased: nothing of a resident who had their details erased is left, where one would look for it least.

The database's own file and write-ahead log, or on PostgreSQL a dump; every table; the index for searching; the folder of
photos; the sessions; the folder of text messages.
"""

import io
import os
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.joining import join_case
from lianxin.cases.actions.looking import reveal_contact
from lianxin.cases.actions.publish import Public, publish
from lianxin.cases.models import Photo, Reporter
from lianxin.cases.queries.standing import stand
from lianxin.cases.search import find
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.forms.photos import path_of, store
from lianxin.jobs.queue import run_due
from lianxin.ledger.verify import verify
from lianxin.notices import ways
from lianxin.people.actors import nobody
from lianxin.people.actors import reporter as reporter_actor
from lianxin.people.models import Account
from lianxin.people.queries import unit_by_key
from towns import make_town, who

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.row("J")]
NAME, PHONE, PLACE = "瞿鹧鸪", "18700004321", "槲寄生巷七号"
TITLE, TEXT, NOTE, REASON = "獬豸路灯坏了", "貔貅桥头黑着", "饕餮摊边也黑", "狴犴那盏还没亮"
POINT = {"lon": 117.0051739, "lat": 34.6049283}
WORDS = (NAME, PHONE, PLACE, TITLE, TEXT, NOTE, REASON, "鹧鸪", "獬豸", "貔貅", "饕餮", "槲寄")


def picture(colour):
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return out.getvalue()


def lived(town, site, sent):
    """A resident who says something wherever one can, and signs in: two requests, one with company, one alone."""
    contact, now = Contact(NAME, PHONE, True), timezone.now()
    draft = Draft("request", TITLE, text=TEXT, address=PLACE, contact=contact, photos=[store(picture("red"), town=town)],
                  answers={"place": {"source": "gps", "accuracy": "7"}}, **POINT)  # fmt: skip
    shared, alone = (open_case(draft, actor=nobody(town), now=now) for _ in range(2))
    own = reporter_actor(town, case_id=shared.case.pk, reporter_id=shared.reporter_id)
    transition(shared.case.pk, "add", actor=own, now=now, given={"note": NOTE, "photos": [store(picture("blue"), town=town)]})
    reveal_contact(stand(who(town, "clerk"), pk=shared.case.pk), shared.reporter_id, f"找{NAME}核实", actor=who(town, "clerk"), now=now)
    for name, username, given in (
        ("accept", "clerk", {"note": f"{NAME}，{PHONE}，住{PLACE}"}),
        ("assign", "clerk", {"holder": Holder(unit_by_key(town, "utilities").pk)}),
        ("take", "handler", {}), ("finish", "handler", {"answer": f"{NAME}同志：{PLACE}的灯已亮。"}),
    ):  # fmt: skip
        transition(shared.case.pk, name, actor=who(town, username), now=now, given=given)
    transition(shared.case.pk, "dissatisfied", actor=own, now=now, given={"rating": "2", "reason": REASON})
    publish(shared.case, Public(TITLE, TEXT, place=PLACE), actor=who(town, "clerk"), now=now)
    joined = join_case(shared.case.pk, Contact("李四", "19900000077"), actor=nobody(town), now=now, note="我家门前也黑")
    link = site.post("/mine/sign-in/", {"phone": PHONE}) and site.post("/mine/code/", {"code": sent[-1]})
    assert link.status_code == 303
    site.get("/mine/")
    return shared, alone, joined


def kept_values(town, reporters):
    """What is encrypted or hashed of somebody, as it lies in the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, phone, phone_blind, phone_tail FROM cases_reporter WHERE id IN ({','.join(map(str, reporters))})")
        found = {str(value) for row in cursor.fetchall() for value in row if value}
        cursor.execute("SELECT phone, proven FROM people_account WHERE proven <> ''")
        return found | {str(value) for row in cursor.fetchall() for value in row if value}


def tables():
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}"')
            yield name, str(cursor.fetchall()).encode()


def dump():
    """The whole database as a backup has it."""
    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"]))
        return b"".join(path.read_bytes() for path in (name, Path(f"{name}-wal")) if path.exists())
    held = connection.settings_dict
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
    tool = shutil.which("pg_dump") or str(newest[-1])
    env = {**os.environ, "PGPASSWORD": held["PASSWORD"] or ""}
    where = ["-h", held["HOST"] or "", "-p", str(held["PORT"] or 5432), "-U", held["USER"], held["NAME"]]
    return subprocess.run([tool, *where], env=env, capture_output=True, check=True).stdout


def left_of(values):
    """(where, what) of every value that is left anywhere."""
    raw = [value.encode() for value in values] + [struct.pack(">d", each) for each in POINT.values()]
    plain = [value.encode() for value in values] + [str(each).encode() for each in POINT.values()]
    found = [(name, value) for name, body in tables() for value in plain if value in body]
    found += [("dump", value) for body in [dump()] for value in [*raw, *plain] if value in body]
    for folder in (Path(django_settings.MEDIA_ROOT), django_settings.LIANXIN_SMS_FOLDER):
        for path in folder.rglob("*") if folder.exists() else ():
            if path.is_file():
                found += [(str(path), value) for value in plain if value in path.read_bytes()]
    return found


@pytest.fixture
def sent(settings, monkeypatch):
    told = []
    settings.ALLOWED_HOSTS, settings.LIANXIN_SMS = ["*"], "console"
    monkeypatch.setitem(ways.SMS, "console", lambda to, letter: told.append(letter.values["code"]))
    return told


def test_nothing_is_left_anywhere_of_who_had_everything_erased(sent):
    town, site = make_town("LX", "连心镇", code="999001101"), Client(headers={"host": "lx.test"})
    shared, alone, joined = lived(town, site, sent)
    while run_due(now=timezone.now()):
        pass
    values = {*WORDS, *kept_values(town, [shared.reporter_id, alone.reporter_id])}
    digests = [each.file.digest for each in Photo.objects.for_system("t", town).select_related("file")]
    before = {value for _where, value in left_of(values)}
    assert {value.encode() for value in WORDS[:9]} <= before  # the search itself finds what is there
    assert site.post("/mine/erase/", {"sure": "1"}).status_code == 200
    assert left_of(values) == []
    assert [path_of(town.pk, each).exists() for each in digests] == [False] * len(digests)
    assert [find(town.pk, word) for word in ("獬豸", "貔貅", "槲寄生")] == [[], [], []]
    assert not Account.objects.exclude(proven="").exists()
    other = Reporter.objects.for_system("t", town).get(pk=joined.reporter_id)
    assert (other.name, other.first) == ("李四", True)
    assert list(verify(town)) == []
