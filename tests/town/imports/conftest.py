"""The command line, as a person at the keyboard meets it."""

import csv
import importlib.util
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import TestCase

_spec = importlib.util.spec_from_file_location("tables_made", Path(__file__).with_name("tables_made.py"))
_made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_made)


@pytest.fixture
def made():
    """Files to import."""
    return _made


@pytest.fixture
def lianxin(db):
    """Run a command in this process; returns click's result. A traceback is never an answer."""
    from lianxin.town.cli import main

    def run(*arguments, answer=None):
        with TestCase.captureOnCommitCallbacks(execute=True):  # a command ends with its transaction written
            result = CliRunner().invoke(main, [str(each) for each in arguments], input=answer)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def codes(tmp_path):
    """What is wrong, by row and column."""

    def read():
        with (tmp_path / "a.xlsx.faults.csv").open(encoding="utf-8-sig", newline="") as file:
            return [(int(row[0]), row[1], row[4]) for row in list(csv.reader(file))[1:]]

    return read
