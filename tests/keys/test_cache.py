"""What a process remembers: not longer than it says, and not of another town."""

import pytest

from lianxin.keys import cache

pytestmark = pytest.mark.django_db


def counter():
    calls = []

    def build():
        calls.append(1)
        return len(calls)

    return build


def test_what_is_remembered_briefly_is_asked_for_again_after_a_second(town, monkeypatch):
    at = [100.0]
    monkeypatch.setattr(cache.time, "monotonic", lambda: at[0])
    build = counter()
    assert [cache.briefly(town, "x", build), cache.briefly(town, "x", build)] == [1, 1]
    at[0] += cache.CHECK_SECONDS + 0.1
    assert cache.briefly(town, "x", build) == 2


def test_what_is_forgotten_is_asked_for_at_once(town, other_town):
    build, others = counter(), counter()
    cache.briefly(town, "x", build)
    cache.briefly(other_town, "x", others)
    cache.forget(town)
    assert cache.briefly(town, "x", build) == 2
    assert cache.briefly(other_town, "x", others) == 1


def test_brief_memory_does_not_grow_without_end(town, monkeypatch):
    monkeypatch.setattr(cache, "MOST_BRIEF", 3)
    for at in range(10):
        cache.briefly(town, f"token:{at}", lambda: at)  # noqa: B023 - called at once
    assert len(cache._brief) <= 3


def test_towns_are_read_once_a_second_and_after_a_change_at_once(town, monkeypatch, django_assert_num_queries):
    at = [100.0]
    monkeypatch.setattr(cache.time, "monotonic", lambda: at[0])
    cache.forget()
    with django_assert_num_queries(1):
        assert [each.pk for each in cache.towns()] == [town.pk]
        cache.towns()
    before = cache.towns()[0].config_version
    cache.bump(town)
    assert cache.towns()[0].config_version == before + 1
    at[0] += cache.CHECK_SECONDS + 0.1
    with django_assert_num_queries(1):
        cache.towns()


def test_a_setting_is_built_anew_when_the_town_says_it_has_changed(town):
    build = counter()
    assert [cache.cached(town, "x", build), cache.cached(town, "x", build)] == [1, 1]
    cache.bump(town)
    assert cache.cached(town, "x", build) == 2
