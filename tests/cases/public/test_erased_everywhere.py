"""Erased means erased: nothing of a resident who had their details erased is left, where one would look for it least.

They have lived (`resident.py`): whatever can be said, sent, signed, followed or written about them, was. Every column
that holds text either held something of theirs or is told here to hold nothing of a resident's, and why: a column that
is added must be put in one of the two. Then they erase it all, and it is looked for in every table, in the database's
own file and write-ahead log or, on PostgreSQL, in a dump, in the index for searching, in what sessions say, and in all
files on disk: photos and their thumbnails and covers, text messages waiting to be sent, files brought to be taken in.

What would mean nothing: the files of a PostgreSQL server, whose vacuumed pages and log keep old bytes until they are
written over, out of reach of any query or dump; and copies made before, whose time is stated in `docs/setup.md`.
"""

import json
import os
import re
import shutil
import struct
import subprocess
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from urllib.parse import quote_plus

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from lianxin.cases.models import Publication, Reporter
from lianxin.cases.search import find
from lianxin.forms.models import File
from lianxin.forms.photos import path_of
from lianxin.jobs.queue import _told, run_due
from lianxin.ledger.verify import verify
from lianxin.people.cipher import Personal, blind, decrypt
from lianxin.people.models import Account
from lianxin.people.representatives import end_micro
from lianxin.places.models import Grid
from lianxin.town.imports.uploads import DONE_KEPT, KEPT, sweep_uploads
from resident import EMAIL, NAME, PHONE, PLACE, POINT, WORDS, live
from towns import make_town, who

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.row("J")]
PLAIN = (NAME, PHONE, EMAIL, PLACE, *WORDS.values(), "鹧鸪", "獬豸", "貔貅", "饕餮", "槲寄", "螭吻", "蒲牢", "鸂鶒")
ENCRYPTED = ("followed_up", "link_task", "link_title")  # of the words: never readable where they lie
TEXTUAL = (models.CharField, models.TextField, models.JSONField)
BLINDS = {blind(purpose, said) for purpose, said in (("phone", PHONE), ("phone-tail", PHONE[-4:]), ("watch-address", f"sms {PHONE}"), ("watch-address", f"email {EMAIL}"))}


# ---- every column is spoken for ------------------------------------------------------------------------------------

THEIRS = {
    "cases.Case.address", "cases.Case.answers", "cases.Case.title", "cases.CheckIn.place", "cases.FollowUp.note",
    "cases.Publication.answer", "cases.Publication.place", "cases.Publication.text", "cases.Publication.title",
    "cases.Reporter.name", "cases.Reporter.phone", "cases.Reporter.phone_blind", "cases.Reporter.phone_tail",
    "cases.SavedView.query", "cases.WorkLink.place", "cases.WorkLink.task", "cases.WorkLink.title", "ledger.Text.body",
    "notices.Subscription.address", "notices.Subscription.address_blind", "people.Account.name", "people.Account.phone",
    "people.Account.proven", "people.PhoneCode.phone", "people.PhoneCode.phone_blind", "people.Representative.name",
    "people.Representative.phone", "town.Upload.found",
}  # fmt: skip
NOBODYS = {  # why: Model.column,column …
    "what the town sets up, or a register of it that is open to everybody": """
        keys.Town:code,letters,name,name_en,county,host,phone,settings cases.Clause:key,name,text,appeal,hint
        cases.Category:key,code,name,name_en,line,urgency,limits,words cases.Route:hours,level
        cases.QuestionSheet:source cases.WorkflowVersion:key,source cases.ReplyText:name,field,body,phase
        people.CalendarDay:hours,name people.LineService:line people.PartyGroup:name
        people.Role:key,name,sees,confidential,may people.Unit:key,name,name_en,line,desk_of,hours,phone
        places.AddressName:name,kind,point places.FormerBoundary:boundary,how,reason
        places.Grid:code,name,level,path,boundary,became places.Site:kind,code,name,address
        places.ServicePoint:key,kind,name,address,phone,point,hours,services
        auth.Group:name auth.Permission:name,codename contenttypes.ContentType:app_label,model""",
    "of the staff, or of a neighbour in an office, kept by the town as long as they hold it": """
        people.Account:username,password,email people.Post:title,basis,languages people.Leave:note people.Token:name,digest,scopes
        people.CentreHousehold:name,phone,address people.Representative:title,doors
        notices.DailyLetter:language,site cases.SavedView:name cases.Batch:act,name,lines
        axes.AccessAttempt:username,user_agent,path_info,http_accept,get_data,post_data
        axes.AccessFailureLog:username,user_agent,path_info,http_accept""",
    "of the contractor, forgotten by itself": "cases.WorkLink:company,contact,phone",
    "a word of a closed list, a number of the town's, or how far something is": """
        cases.Case:number,kind,step,urgency,channel,state cases.Duty:what,step,who cases.Photo:moment
        cases.Publication:state,photos cases.WorkLink:may,photos,ended forms.Cover:areas jobs.Job:task
        ledger.Entry:subject_kind,act,source,step,counts ledger.Head:subject_kind ledger.Text:field
        notices.Message:act,duty notices.Subscription:way,about,language,site town.Upload:what,options,state
        keys.Once:scope keys.Tries:scope""",
    "what became true, of rows and in words of closed lists: the words of people are beside it": "ledger.Entry:data",
    "ids alone, and when": "jobs.Job:args sessions.Session:session_data,session_key",
    "where a job failed and what sort of error it was": "jobs.Job:error",
    "made by dice, or a digest under a key that is not in the database": """
        cases.Case:head cases.WorkLink:digest forms.Cover:digest forms.File:digest keys.Once:key,digest keys.Tries:who
        ledger.Entry:prev,digest ledger.Head:digest ledger.Seal:root,prev,mac ledger.Text:key people.PhoneCode:digest
        town.Upload:digest""",
    "the name of a file as the staff call it": "town.Upload:name",
    "forgotten as soon as a resident signs in": "axes.AccessLog:username,user_agent,path_info,http_accept,session_hash",
}  # fmt: skip


def spelt(group):
    """Each column of a group by its whole name."""
    return [f"{model}.{column}" for part in group.split() for model, _, told in [part.partition(":")] for column in told.split(",")]


def columns():
    """(table, column, name, whether it is encrypted) of every column that holds text."""
    for model in apps.get_models():
        for each in model._meta.local_concrete_fields:
            if isinstance(each, TEXTUAL):
                yield model._meta.db_table, each.column, f"{model._meta.label}.{each.name}", isinstance(each, Personal)


def held(table, column, is_personal):
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{table}"')
        kept = [str(row[0]) for row in cursor.fetchall() if row[0]]
    return [decrypt(each) for each in kept] if is_personal else kept


def readable(value):
    """A value as it may stand in a column: as it is, as JSON writes it, and as an address does."""
    return {value, json.dumps(value)[1:-1], quote_plus(value)}


def filled(values):
    """The columns that hold one of the values."""
    forms = {form for value in values for form in readable(value)}
    return {
        name for table, column, name, secret in columns()
        if any(form in each for each in held(table, column, secret) for form in forms)
    }  # fmt: skip


# ---- where one would look ------------------------------------------------------------------------------------------


def kept_values():
    """What is encrypted of somebody, as it lies in the database, and the digests by which it is found again."""
    found = set(BLINDS)
    for table, column, _name, secret in columns():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT "{column}" FROM "{table}"')
            rows = [str(row[0]) for row in cursor.fetchall() if row[0]] if secret else []
        found |= {row for row in rows if any(value in decrypt(row) for value in PLAIN)}
    return found


def tables():
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}"')
            yield name, str(cursor.fetchall()).encode()


def sessions():
    from django.contrib.sessions.models import Session

    return "".join(json.dumps(SessionStore().decode(each.session_data), ensure_ascii=False) for each in Session.objects.all()).encode()


def dump():
    """The whole database as a backup has it."""
    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"]))
        return b"".join(path.read_bytes() for path in (name, Path(f"{name}-wal"), Path(f"{name}-journal")) if path.exists())
    held = connection.settings_dict
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
    tool = shutil.which("pg_dump") or str(newest[-1])
    env = {**os.environ, "PGPASSWORD": held["PASSWORD"] or ""}
    where = ["-h", held["HOST"] or "", "-p", str(held["PORT"] or 5432), "-U", held["USER"], held["NAME"]]
    return subprocess.run([tool, *where], env=env, capture_output=True, check=True).stdout


def files():
    """Every file the product keeps beside the database."""
    for folder in (django_settings.MEDIA_ROOT, django_settings.LIANXIN_SMS_FOLDER, django_settings.LIANXIN_UPLOADS):
        yield from (path for path in Path(folder).rglob("*") if path.is_file())


def left_of(values):
    """(where, what) of every value that is left anywhere."""
    plain = [form.encode() for value in values for form in readable(value)] + [str(each).encode() for each in POINT.values()]
    raw = [*plain, *(struct.pack(">d", each) for each in POINT.values())]
    found = [(name, value) for name, body in (*tables(), ("sessions", sessions())) for value in plain if value in body]
    whole = dump()
    found += [("dump", value) for value in raw if value in whole]
    for path in files():
        body = path.read_bytes() + str(path).encode()
        found += [(str(path), value) for value in plain if value in body]
    return found


# ---- the test ------------------------------------------------------------------------------------------------------


@pytest.fixture
def site(settings, tmp_path):
    settings.ALLOWED_HOSTS, settings.LIANXIN_SMS = ["*"], "file"
    settings.LIANXIN_SMS_FOLDER, settings.LIANXIN_UPLOADS = tmp_path / "sms", tmp_path / "uploads"
    return Client(headers={"host": "lx.test"})


def last_code():
    """The code in the text message that was written last; whoever sends them has taken none away."""
    newest = max(django_settings.LIANXIN_SMS_FOLDER.glob("sms.*"), key=lambda path: path.name)
    return re.search(r"(?<!\d)\d{6}(?!\d)", newest.read_text("utf-8"))[0]


def digests(town):
    """Of the photos, and of their covers."""
    return set(File.objects.for_system("t", town).values_list("digest", flat=True))


def no_longer(town):
    """What ends by itself: the micro-grid they spoke for is no more, and the hour of files brought in is over."""
    for micro in Grid.objects.for_system("t", town).filter(level="micro"):
        end_micro(micro, "并回", actor=who(town, "admin"), now=timezone.now())
    assert sweep_uploads(now=timezone.now() + max(KEPT, DONE_KEPT) + timedelta(minutes=1)) == 2


def test_nothing_is_left_anywhere_of_who_had_everything_erased(site):
    town = make_town("LX", "连心镇", code="999001101")
    them = live(town, site, last_code)
    said = filled({*PLAIN, *BLINDS, *map(str, POINT.values())})
    assert said == THEIRS  # each kind of value they can leave was left
    values, photos = {*PLAIN, *kept_values(), *them.secrets}, digests(town)
    looked_for = {value for _where, value in left_of(values)}
    readable_now = {NAME, PHONE, PLACE, *(said for key, said in WORDS.items() if key not in ENCRYPTED)}
    assert {value.encode() for value in readable_now} <= looked_for  # the search finds what is there
    assert len(photos) == 11
    assert sum(PHONE.encode() in path.read_bytes() for path in files()) >= 3  # messages nobody took away, files brought in
    no_longer(town)
    assert site.post("/mine/erase/", {"sure": "1"}).status_code == 200
    while run_due(now=timezone.now() + timedelta(hours=1)):
        pass
    assert left_of(values) == []
    assert filled({*PLAIN, *BLINDS}) == set()
    gone = photos - digests(town)
    assert len(gone) == len(photos)  # nobody else sent any
    assert [path for digest in gone for thumb in (False, True) if (path := path_of(town.pk, digest, thumb=thumb)).exists()] == []
    assert [find(town.pk, word) for word in ("獬豸", "貔貅", "槲寄生", "鹧鸪")] == [[], [], [], []]
    assert not Account.objects.exclude(proven="").exists()
    assert not Publication.objects.for_system("t", town).exists()
    beside = Reporter.objects.for_system("t", town).get(pk=them.beside)
    assert (beside.name, beside.first) == ("李四", True)  # others wait on
    others = Reporter.objects.for_system("t", town).exclude(phone="").values_list("phone", flat=True)
    assert sorted(others) == ["19900000055", "19900000066", "19900000077"]
    assert list(verify(town)) == []


def test_every_column_that_holds_text_is_theirs_or_is_told_to_be_of_no_resident():
    names = {name for _table, _column, name, _secret in columns()}
    told = [name for group in NOBODYS.values() for name in spelt(group)]
    assert sorted(told) == sorted(set(told))
    assert set(told) & THEIRS == set()
    assert names - THEIRS - set(told) == set()  # a new column: fill it in `resident.py`, or say here why it is nobody's
    assert (THEIRS | set(told)) - names == set()


def test_what_a_failed_job_keeps_tells_where_and_not_of_whom():
    told = _told(SMTPRecipientsRefused({EMAIL: (550, NAME.encode())}))
    assert (EMAIL in told, "SMTPRecipientsRefused" in told) == (False, True)
    assert _told(ConnectionRefusedError(111, "Connection refused")).endswith("ConnectionRefusedError: Connection refused")
