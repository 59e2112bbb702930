"""Which town a request is for, where two share a host name."""

import pytest
from django.test import Client
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.links import link_code
from lianxin.cases.values import Draft
from lianxin.people.actors import nobody

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(town, other_town):
    return Client(headers={"host": "127.0.0.1"})  # neither town's own


def test_a_town_named_once_is_kept_for_the_pages_that_follow(site):
    assert site.get("/report/").status_code == 404
    assert "清河镇" in site.get("/report/?town=qh").content.decode()
    assert "清河镇" in site.get("/report/").content.decode()
    assert "连心镇" in site.get("/board/?town=LX").content.decode()
    assert "连心镇" in site.get("/report/").content.decode()
    assert site.get("/report/?town=ZZ").status_code == 404


@pytest.mark.parametrize("path", ["/r/{number}/{code}/", "/api/v1/reports/{number}?code={code}"])
def test_a_private_link_opens_in_the_town_of_its_number(site, other_town, path):
    done = open_case(Draft(kind="request", title="路灯不亮", text="三天了"), actor=nobody(other_town), now=timezone.now())
    address = path.format(number=done.case.number, code=link_code(done.reporter_id))
    assert site.get(address).status_code == 200
    site.get("/board/?town=LX")
    assert site.get(address).status_code == 200
