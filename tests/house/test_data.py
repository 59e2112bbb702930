"""Base data and words: both languages, known roles, known limits; the glossary ties the terms of the code."""

import re
from pathlib import Path

import pytest
import yaml
from django.apps import apps

from lianxin.cases.models import Case
from lianxin.town.config import SETTINGS
from lianxin.workflow.clock import Limit

ROOT = Path(__file__).parents[2]
BASE = ROOT / "towns" / "base"


def load(name):
    return yaml.safe_load((BASE / name).read_text("utf-8"))


def test_a_case_has_at_most_25_columns():
    assert len([field for field in Case._meta.get_fields() if getattr(field, "column", None)]) <= 25


@pytest.mark.parametrize("name", ["roles.yaml", "units.yaml", "clauses.yaml"])
def test_every_row_of_the_base_has_both_languages(name):
    for row in load(name):
        assert row["name"]["zh"], row["key"]
        assert row["name"]["en"], row["key"]


def test_every_category_has_both_languages_readable_limits_and_somebody_who_handles_it():
    units = {row["key"] for row in load("units.yaml")} | {"grid", "village"}
    leaves = [leaf for group in load("categories.yaml") for leaf in group["children"]]
    assert len(leaves) >= 60
    for leaf in leaves:
        assert leaf["name"]["zh"], leaf["key"]
        assert leaf["name"]["en"], leaf["key"]
        assert leaf["handled_by"] in units, leaf["key"]
        assert all(Limit.parse(text) for text in leaf["limits"].values())


def test_keys_are_unique():
    keys = [row["key"] for group in load("categories.yaml") for row in (group, *group["children"])]
    assert len(keys) == len(set(keys))


def test_every_model_is_in_the_glossary():
    glossary = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    terms = set(re.findall(r"`([A-Z]\w+)`", glossary))
    models = {model.__name__ for model in apps.get_models() if model.__module__.startswith("lianxin.")}
    assert models - terms == set()
    assert {term for term in terms if term not in models} == set()


def test_every_setting_is_documented():
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert [setting.name for setting in SETTINGS if f"`{setting.name}`" not in text] == []
