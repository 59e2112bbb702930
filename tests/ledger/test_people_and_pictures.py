"""Who raised a case, what the public reads of it and the pictures: changed behind the product's back, they are named."""

import os
import time
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from PIL import Image

from lianxin.cases.actions import open_case
from lianxin.cases.actions.adopting import adopt_requests
from lianxin.cases.actions.covering import cover_case_photo, uncover_case_photo
from lianxin.cases.actions.details import change_details
from lianxin.cases.actions.erasing import erase_case, erase_own
from lianxin.cases.actions.joining import join_case
from lianxin.cases.actions.publish import Public, publish, withhold
from lianxin.cases.cards import CARD
from lianxin.cases.models import Case, Photo, Publication, Reporter
from lianxin.cases.values import Contact, Details, Draft
from lianxin.forms.models import Cover
from lianxin.forms.photos import orphans, path_of, store, sweep_orphans
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.cipher import blind, encrypt
from lianxin.people.models import Account
from towns import MONDAY, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]
PHONE = "19900000001"


def picture(size=(600, 400)):
    import io

    out = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def case(town):
    """A published case of two reporters, with a photo."""
    photo = store(picture(), town=town)
    contact = Contact("王小明", PHONE, True)
    draft = Draft(kind="request", title="路灯不亮", text="晚上看不见路", contact=contact, photos=[photo])
    made = open_case(draft, actor=nobody(town), now=MONDAY).case
    join_case(made.pk, Contact("李四", "19900000002"), actor=nobody(town), now=MONDAY)
    shown = Public("路灯", "看不见路", "在修", "某路", (photo_of(town).pk,))
    publish(made, shown, actor=who(town, "clerk"), now=MONDAY)
    assert faults(town) == []
    return Case.objects.for_system("tests", town).get(pk=made.pk)


def faults(town):
    return [str(each) for each in verify(town)]


def photo_of(town):
    return Photo.objects.for_system("tests", town).select_related("file").get()


def reporters(town):
    return Reporter.objects.for_system("tests: behind the product's back", town).order_by("id")


def told(case, row):
    return [f"case:{case.number}: a reporter's details, consent or account disagree with its history ({row.pk})"]


@pytest.mark.parametrize(
    "change", [{"public_consent": True}, {"account_id": 7}, {"name": "赵六"}, {"at": MONDAY + timedelta(days=1)}], ids=str
)
def test_who_joined_is_watched_as_who_raised_it(town, case, change):
    row = reporters(town)[1]
    reporters(town).filter(pk=row.pk).update(**change)
    assert faults(town) == told(case, row)


def test_two_telephones_exchanged_between_rows_are_named(town, case):
    one, two = reporters(town)
    for row, other in ((one, two), (two, one)):
        columns = {"phone": other.phone, "phone_blind": other.phone_blind, "phone_tail": other.phone_tail}
        reporters(town).filter(pk=row.pk).update(**columns)
    assert faults(town) == told(case, one) + told(case, two)


def test_a_telephone_found_under_another_number_is_named(town, case):
    row = reporters(town)[0]
    reporters(town).filter(pk=row.pk).update(phone_blind=blind("phone", "19900000009"))
    assert faults(town) == told(case, row)


@pytest.mark.parametrize("stored", ["x", "aes:AAAA", "aes:not base64", "sm4:" + "A" * 60])
def test_a_name_that_cannot_be_read_is_named_and_stops_nothing(town, case, stored):
    from django.db import connection

    row = reporters(town)[0]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_reporter SET name = %s WHERE id = %s", [stored, row.pk])
    assert faults(town) == [f"case:{case.number}: a reporter's name or telephone cannot be read ({row.pk})"]


def test_another_person_made_to_speak_for_the_case_is_named(town, case):
    reporters(town).update(first=True)
    assert faults(town) == [f"case:{case.number}: who speaks for it disagrees with its history"]


def test_details_put_right_by_their_owner_hold_and_older_ones_put_back_do_not(town, case):
    before = reporters(town)[0]
    change_details([before], Details("王大明", "19900000003", True), "link", now=MONDAY)
    assert faults(town) == []
    columns = ("name", "phone", "phone_blind", "phone_tail")
    reporters(town).filter(pk=before.pk).update(**{name: getattr(before, name) for name in columns})
    assert faults(town) == told(case, before)


def test_a_request_that_came_to_an_account_by_its_telephone_holds(town, case):
    account = Account.objects.create(username="r1", proven=blind("phone", PHONE))
    assert adopt_requests(account, town, now=MONDAY) == 1
    assert adopt_requests(account, town, now=MONDAY) == 0
    assert faults(town) == []
    reporters(town).filter(account_id=account.pk).update(account_id=None)
    assert faults(town) == told(case, reporters(town)[0])


def test_no_detail_stands_in_the_ledger_and_its_digests_go_when_it_is_erased(town, case):
    one, two = reporters(town)
    change_details([one], Details("王大明", PHONE, True), "link", now=MONDAY)
    cards = Text.objects.for_system("tests", town).filter(field=CARD).order_by("id")
    written = [*map(str, Entry.objects.for_system("tests", town).values_list("data", flat=True)), *(c.body for c in cards)]
    assert not [text for text in written for word in ("王", PHONE, "李四") if word in text]
    assert [text.subject_id for text in cards] == [one.pk, two.pk, one.pk]
    erase_own(one, "link", now=MONDAY)
    assert [bool(text.body or text.key) for text in cards.all()] == [False, True, False]
    assert faults(town) == []
    erase_case(case, "当事人申请", actor=who(town, "security"), now=MONDAY)
    assert not any(text.body or text.key for text in cards.all())
    assert faults(town) == []


def test_details_of_who_was_erased_do_not_come_back_unseen(town, case):
    erase_case(case, "当事人申请", actor=who(town, "security"), now=MONDAY)
    row = reporters(town)[0]
    reporters(town).filter(pk=row.pk).update(name="王小明", public_consent=True)
    assert told(case, row)[0] in faults(town)


def test_reporters_older_than_the_digests_are_not_complained_of(town, case):
    row = reporters(town)[0]
    Text.objects.for_system("as an older version wrote", town).filter(field=CARD).delete()
    for entry in Entry.objects.for_system("as an older version wrote", town).filter(act__in=("open", "join")):
        entry.data = {name: value for name, value in entry.data.items() if name != "about"}
        entry.data["texts"] = {name: digest for name, digest in entry.data.get("texts", {}).items() if name != CARD}
        entry.data.get("photos", {}).pop("thumbs", None)
        entry.data["opens"] = [{n: each[n] for n in ("what", "unit", "post")} for each in entry.data.get("opens", ())]
        entry.save()
    _chain_anew(town, case)
    assert faults(town) == []
    reporters(town).filter(pk=row.pk).update(phone=encrypt("19900000009"))
    assert faults(town) != []


def _chain_anew(town, case):
    from lianxin.ledger.actions import facts_of
    from lianxin.ledger.chain import FIRST, entry_digest

    prev = FIRST
    for entry in Entry.objects.for_system("tests", town).filter(subject_id=case.pk, subject_kind="case").order_by("seq"):
        entry.prev, entry.digest = prev, entry_digest(prev, facts_of(entry))
        entry.save()
        prev = entry.digest
    Case.objects.for_system("tests", town).filter(pk=case.pk).update(head=prev)


# ---- what the public reads ----------------------------------------------------------------------------------------------


def publications(town):
    return Publication.objects.for_system("tests: behind the product's back", town)


def test_words_put_before_the_public_that_no_clerk_approved_are_named(town, case):
    publications(town).update(answer="修好了", title="别的")
    assert faults(town) == [f"publication:{case.number} entry 1: it is not what was decided (title, answer)"]


def test_what_was_kept_back_and_is_shown_all_the_same_is_named(town, case):
    withhold(case, "有争议", actor=who(town, "clerk"), now=MONDAY)
    assert faults(town) == []
    publications(town).update(state="published", title="路灯", text="看不见路")
    assert faults(town) == [f"publication:{case.number} entry 2: it is not what was decided (title, text, state)"]


def test_a_publication_taken_away_or_put_there_by_nobody_is_named(town, case):
    other = open_case(Draft(kind="request", title="另一件"), actor=nobody(town), now=MONDAY).case
    publications(town).update(case_id=other.pk)
    assert faults(town) == [
        f"publication:{case.number} entry 1: what was decided is not there",
        f"publication:{other.number}: it stands although nobody decided so, or it was taken down",
    ]


def test_one_taken_down_because_consent_was_withdrawn_does_not_come_back_unseen(town, case):
    held, row = publications(town).get(), reporters(town)[0]
    change_details([row], Details("王小明", PHONE, False), "link", now=MONDAY)
    assert faults(town) == []
    held.save(force_insert=True)
    assert faults(town) == [f"publication:{case.number}: it stands although nobody decided so, or it was taken down"]


# ---- pictures -----------------------------------------------------------------------------------------------------------


def spoil(path):
    body = bytearray(path.read_bytes())
    body[200] ^= 1
    path.write_bytes(body)


def test_a_small_picture_changed_or_taken_away_is_named(town, case):
    digest = photo_of(town).file.digest
    spoil(path_of(town.pk, digest, thumb=True))
    assert faults(town) == [f"case:{case.number}: the small picture of a photo was changed ({digest[:12]})"]
    path_of(town.pk, digest, thumb=True).unlink()
    assert faults(town) == [f"case:{case.number}: the small picture of a photo is missing ({digest[:12]})"]
    path_of(town.pk, digest).unlink()


@pytest.fixture
def covered(town, case):
    cover_case_photo(case, photo_of(town), [(100, 100, 300, 300)], actor=who(town, "clerk"), now=MONDAY)
    assert faults(town) == []
    return Cover.objects.for_system("tests", town).select_related("file").get()


@pytest.mark.parametrize("thumb", [False, True])
def test_a_covered_copy_changed_or_taken_away_is_named(town, case, covered, thumb):
    path, name = path_of(town.pk, covered.file.digest, thumb=thumb), "the small picture of a photo" if thumb else "a photo"
    spoil(path)
    assert faults(town) == [f"cover:{covered.digest[:12]}: {name} was changed (covered)"]
    path.unlink()
    assert faults(town) == [f"cover:{covered.digest[:12]}: {name} is missing (covered)"]


def test_a_cover_taken_off_behind_the_back_shows(town, case, covered):
    covers = Cover.objects.for_system("tests: behind the product's back", town)
    covers.update(file_id=photo_of(town).file_id)  # the public would see the photo itself
    assert f"cover:{covered.digest[:12]}: the cover is not the one that was made" in faults(town)
    covers.update(file_id=covered.file_id)
    covers.get().delete()
    assert f"cover:{covered.digest[:12]}: a cover was taken away behind the history" in faults(town)


def test_a_cover_taken_away_by_a_clerk_or_with_its_photo_holds(town, case, covered):
    uncover_case_photo(case, photo_of(town), actor=who(town, "clerk"), now=MONDAY)
    assert faults(town) == []
    covered.file_id = photo_of(town).file_id
    covered.save(force_insert=True)
    assert f"cover:{covered.digest[:12]}: a cover that nobody made, or that was taken away" in faults(town)
    covered.delete()
    cover_case_photo(case, photo_of(town), [(100, 100, 300, 300)], actor=who(town, "clerk"), now=MONDAY)
    erase_case(case, "当事人申请", actor=who(town, "security"), now=MONDAY)
    erase_case(case, "当事人申请", actor=who(town, "security"), now=MONDAY)
    assert faults(town) == []


def test_a_cover_of_an_older_version_is_asked_for_what_its_entry_tells(town, case, covered):
    entry = Entry.objects.for_system("as an older version wrote", town).get(act="cover")
    entry.data = {"photo": photo_of(town).pk, "areas": 1}
    entry.save()
    of_covers = [line for line in faults(town) if line.startswith("cover")]
    assert of_covers == []
    Cover.objects.for_system("tests", town).get().delete()
    assert f"cover:{covered.digest[:12]}: a cover was taken away behind the history" in faults(town)


def test_a_file_among_the_photos_that_nobody_sent_is_named_before_it_is_swept(town, case):
    folder = path_of(town.pk, photo_of(town).file.digest).parent
    strays = [folder / f"{'e' * 64}.thumb.jpg", folder / "half.17.part"]
    for path in strays:
        path.write_bytes(b"x")
    assert faults(town) == []  # it may be of a request that is just being sent
    for path in strays:
        os.utime(path, (time.time() - 3 * 86400,) * 2)
    said = "a file that nobody sent lies among the photos"
    assert sorted(line for line in faults(town) if said in line) == sorted(
        f"file:{path.name[:12]}: {said} ({path.name})" for path in strays
    )
    from datetime import UTC, datetime

    yesterday = datetime.now(UTC) - timedelta(days=1)
    assert set(strays) <= set(orphans(town.pk, older_than=yesterday))
    (django_settings.MEDIA_ROOT / "no town").mkdir(exist_ok=True)
    assert sweep_orphans(older_than=yesterday) >= 2
    assert faults(town) == []
