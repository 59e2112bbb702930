"""Covering faces and plates: the public sees the covered copy alone, and nothing of the photo can be won back from it."""

import io

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from lianxin.cases.actions import open_case
from lianxin.cases.actions.erasing import erase_case
from lianxin.cases.actions.publish import Public, publish
from lianxin.cases.models import Photo
from lianxin.cases.values import Contact, Draft
from lianxin.forms.covering import COARSE, LEAST_BLOCK, pixelate, read_area
from lianxin.forms.models import Cover, File
from lianxin.forms.photos import path_of, store
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.models import Account
from towns import who

FACE = (400, 300, 200, 200)


def noisy(size=(800, 600)):
    return Image.merge("RGB", [Image.effect_noise(size, 90) for _ in range(3)])


def blocks_of(image, box):
    """How many different colours a part has."""
    part = image.crop(box)
    return len(part.getcolors(part.width * part.height))


def test_what_is_covered_has_a_few_colours_left_and_the_rest_is_as_it_was():
    photo = noisy()
    made = pixelate(photo, [FACE])
    box = (320, 180, 480, 300)
    block = max(LEAST_BLOCK, 800 // COARSE)
    assert blocks_of(photo, box) > 10000
    assert blocks_of(made, box) <= (160 // block + 1) * (120 // block + 1)
    assert ImageChops.difference(photo.crop((0, 0, 800, 160)), made.crop((0, 0, 800, 160))).getbbox() is None
    assert photo.size == made.size


@given(left=st.integers(0, 999), top=st.integers(0, 999), wide=st.integers(1, 1000), high=st.integers(1, 1000))
def test_every_pixel_of_an_area_is_averaged_with_its_block(left, top, wide, high):
    area = read_area(f"{left},{top},{wide},{high}")
    photo = noisy((120, 90))
    made = pixelate(photo, [area])
    block = LEAST_BLOCK
    for x in range(left * 120 // 1000, min(120, -(-(area[0] + area[2]) * 120 // 1000)), 7):
        for y in range(top * 90 // 1000, min(90, -(-(area[1] + area[3]) * 90 // 1000)), 7):
            corner = x // block * block, y // block * block
            assert made.getpixel((x, y)) == made.getpixel(corner)


@pytest.mark.parametrize("text", ["", "1,2,3", "a,b,c,d", "1,2,0,4", "1000,0,5,5", "-1,0,5,5", "1,2,3,4,5", "１,2,3,4", "99999,0,1,1"])
def test_what_is_no_area_is_none(text):
    assert read_area(text) is None


@pytest.fixture
def shown(town, settings):
    """A published case with one photo, and its photo's row."""
    settings.ALLOWED_HOSTS = ["*"]
    out = io.BytesIO()
    noisy().save(out, "JPEG")
    kept = store(out.getvalue(), town=town)
    draft = Draft(kind="request", title="路灯不亮", text="路灯不亮", contact=Contact("王某", "19900000042", True), photos=[kept])
    done = open_case(draft, actor=nobody(town), now=timezone.now())
    photo = Photo.objects.for_system("tests", town).select_related("file").get(case_id=done.case.pk)
    publish(done.case, Public("路灯", "路灯", photos=(photo.pk,)), actor=who(town, "clerk"), now=timezone.now())
    return done.case, photo


@pytest.fixture
def clerk(town, settings):
    settings.ALLOWED_HOSTS = ["*"]
    browser = Client(headers={"host": "lx.test"})
    account = Account.objects.get(username="clerk.lx")
    browser.force_login(account, backend="lianxin.people.backends.AccountBackend")
    return browser


def address(case, photo, tail=""):
    return f"/desk/publish/{case.number}/photos/{photo.pk}/{tail}"


def public(case, photo):
    answer = Client(headers={"host": "lx.test"}).get(f"/board/{case.number}/photos/{photo.pk}.jpg")
    return answer.content


@pytest.mark.django_db
def test_the_public_sees_the_covered_copy_alone_in_both_sizes(town, shown, clerk):
    case, photo = shown
    original = path_of(town.pk, photo.file.digest).read_bytes()
    assert public(case, photo) == original
    page = clerk.get(address(case, photo)).content.decode()
    assert page.count('name="cell"') == 48
    assert "第 6 行第 8 列" in page
    assert clerk.post(address(case, photo), {"do": "cover", "area": ",".join(map(str, FACE))}).status_code == 303
    copy = public(case, photo)
    assert copy != original
    assert clerk.get(address(case, photo, "covered.jpg")).content == copy
    with Image.open(io.BytesIO(copy)) as image, Image.open(io.BytesIO(original)) as before:
        inside = (330, 190, 470, 290)
        assert blocks_of(image, inside) < blocks_of(before, inside) / 10
        assert not image.getexif()
    small = Client(headers={"host": "lx.test"}).get(f"/board/{case.number}/photos/{photo.pk}.jpg?small=1").content
    assert small != path_of(town.pk, photo.file.digest, thumb=True).read_bytes()
    acts = Entry.objects.for_system("tests", town).filter(subject_kind="publication", act="cover")
    assert acts.get().data["photo"] == photo.pk
    assert list(verify(town)) == []


@pytest.mark.django_db
def test_cells_do_what_drawing_does_and_a_cover_can_be_made_anew_or_taken_away(town, shown, clerk):
    case, photo = shown
    clerk.post(address(case, photo), {"do": "cover", "cell": ["0", "9", "48", "x"]})
    first = Cover.objects.for_system("tests", town).get()
    assert first.areas == [[0, 0, 125, 166], [125, 166, 125, 167]]
    clerk.post(address(case, photo), {"do": "cover", "cell": ["20"]})
    second = Cover.objects.for_system("tests", town).select_related("file").get()
    assert second.file_id != first.file_id
    assert not File.objects.for_system("tests", town).filter(pk=first.file_id).exists()
    clerk.post(address(case, photo), {"do": "uncover"})
    assert not Cover.objects.for_system("tests", town).exists()
    assert public(case, photo) == path_of(town.pk, photo.file.digest).read_bytes()


@pytest.mark.django_db
@pytest.mark.parametrize("sent", [{}, {"do": "cover"}, {"do": "cover", "area": "x"}, {"do": "cover", "cell": "99"}])
def test_covering_nothing_is_said_and_changes_nothing(town, shown, clerk, sent):
    case, photo = shown
    answer = clerk.post(address(case, photo), sent)
    assert answer.status_code == 422
    assert "请至少选一格" in answer.content.decode()
    assert not Cover.objects.for_system("tests", town).exists()


@pytest.mark.django_db(transaction=True)
def test_erasing_a_case_takes_the_covered_copy_too(town, shown, clerk):
    case, photo = shown
    clerk.post(address(case, photo), {"do": "cover", "area": "0,0,500,500"})
    copy = Cover.objects.for_system("tests", town).select_related("file").get().file.digest
    assert path_of(town.pk, copy).exists()
    erase_case(case, "本人要求", actor=who(town, "security"), now=timezone.now())
    assert not Cover.objects.for_system("tests", town).exists()
    for digest in (copy, photo.file.digest):
        assert not path_of(town.pk, digest).exists()
        assert not path_of(town.pk, digest, thumb=True).exists()
