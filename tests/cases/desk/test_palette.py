"""The palette leads to every place of the desk, by its name in either language."""

import pytest

from lianxin.people.models import Account

pytestmark = pytest.mark.django_db


def test_the_days_to_look_again_and_the_reply_texts_are_among_the_places(town, client):
    client.force_login(Account.objects.get(username="clerk.lx"), backend="lianxin.people.backends.AccountBackend")
    groups = client.get("/desk/palette/").json()["groups"]
    found = {item["text"]: (item["href"], item["also"]) for item in groups[0]["items"]}
    assert found["待跟进"] == ("/desk/follow-ups/", "Look again")
    assert found["答复模板"] == ("/desk/replies/", "Reply texts")
