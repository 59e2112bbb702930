import pytest

from lianxin.keys.models import Once
from lianxin.keys.once import KeyUsedOtherwise, OnceKey, claim, digest_of
from towns import MONDAY

pytestmark = pytest.mark.django_db


def test_the_same_key_answers_with_the_same_result_and_refuses_another_meaning(town):
    once = OnceKey("form", "k1", digest_of({"phone": "13800000000"}))
    assert claim(once, town_id=town.pk, result=7, now=MONDAY) is None
    assert claim(once, town_id=town.pk, result=8, now=MONDAY) == 7
    with pytest.raises(KeyUsedOtherwise):
        claim(OnceKey("form", "k1", digest_of({"phone": "13900000000"})), town_id=town.pk, result=9, now=MONDAY)


def test_a_key_from_before_digests_were_keyed_still_answers(town):
    once = OnceKey("import", "row-1", digest_of({"text": "路灯不亮"}), forever=True)
    claim(once, town_id=town.pk, result=7, now=MONDAY)
    Once.objects.for_system("test", town).update(digest="")  # as the migration leaves it
    assert claim(once, town_id=town.pk, result=8, now=MONDAY) == 7


def test_what_was_sent_is_not_to_be_guessed_without_the_key(settings):
    told = digest_of({"phone": "13800000000"})
    settings.LIANXIN_PERSONAL_KEY = "ab" * 32
    assert digest_of({"phone": "13800000000"}) != told
