"""Row ids: in order, never the same, whichever process of whichever machine makes them."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.keys import ids
from lianxin.keys.ids import LARGEST, IdMaker, new_id, read_number, take_slot

MAKE = "import django; django.setup(); from lianxin.keys.ids import new_id; print(*(new_id() for _ in range(5000)))"
MAKE_FORKED = (
    "import os, sys, django; django.setup(); from lianxin.keys.ids import new_id; new_id();"
    "child = os.fork(); sys.stdout.write(' '.join(str(new_id()) for _ in range(5000)) + ' '); sys.stdout.flush();"
    "child and os.wait()"
)


@given(st.lists(st.integers(min_value=ids.EPOCH_MS, max_value=ids.EPOCH_MS + 2**40), min_size=1, max_size=300))
def test_ids_of_a_worker_grow_whatever_the_clock_does(moments):
    clock = iter(moments)
    maker = IdMaker(3, lambda: next(clock))
    made = [maker() for _ in moments]
    assert made == sorted(set(made))
    assert all(0 < each < 2**63 for each in made)


def test_threads_share_one_maker():
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: new_id(), range(4000)))
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("program", [MAKE, MAKE_FORKED])
def test_processes_of_one_machine_never_make_the_same_id(tmp_path, program):
    env = {
        **os.environ, "LIANXIN_DATA": str(tmp_path), "LIANXIN_WORKER": "3", "DJANGO_SETTINGS_MODULE": "lianxin.town.settings",
    }  # fmt: skip
    run = [subprocess.Popen([sys.executable, "-c", program], env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    made = [int(each) for process in run for each in process.communicate(timeout=60)[0].split()]
    assert len(made) == 5000 * (2 if program is MAKE else 4)
    assert len(set(made)) == len(made)


def test_a_slot_is_free_again_when_its_process_has_gone(tmp_path):
    take = f"import sys; from pathlib import Path; from lianxin.keys.ids import take_slot; print(take_slot(Path({str(tmp_path)!r})))"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "lianxin.town.settings"}
    taken = [subprocess.run([sys.executable, "-c", take], env=env, capture_output=True, text=True).stdout for _ in range(2)]
    assert taken == ["0\n", "0\n"]


def test_more_processes_than_there_are_slots_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(ids, "SLOT_BITS", 1)
    assert [take_slot(tmp_path), take_slot(tmp_path)] == [0, 1]
    with pytest.raises(RuntimeError, match="more than 2 processes"):
        take_slot(tmp_path)


@given(st.integers(min_value=0, max_value=LARGEST))
def test_a_number_is_read_as_it_was_written(number):
    assert read_number(str(number)) == number


@pytest.mark.parametrize("text", ["", "-1", "+1", " 1", "1.0", "1_0", "²", "１", "a", str(LARGEST + 1), "9" * 5000])
def test_what_is_no_number_or_beyond_all_keys_is_none(text):
    assert read_number(text) is None
