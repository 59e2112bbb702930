"""Case numbers: a process gives out its own blocks."""

import os
import subprocess
import sys

FORKED = """
import os, django; django.setup()
from lianxin.keys import numbers
numbers._blocks.left[1] = [7, 8, 9]
child = os.fork()
child and os.wait()
print(sorted(numbers._blocks.left), "parent" if child else "child", flush=True)
"""


def test_a_forked_process_does_not_give_out_the_rest_of_its_parents_block(tmp_path):
    env = {**os.environ, "LIANXIN_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "lianxin.town.settings"}
    said = subprocess.run([sys.executable, "-c", FORKED], env=env, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["[] child", "[1] parent"]
