"""The command `lianxin`: run a town, load it, move data in and out, check it."""

import importlib
import importlib.util

import click

from lianxin.town.cli import checking, demo, exporting, running, users, verifying

LANGUAGE = {"max_content_width": 110, "help_option_names": ["-h", "--help"]}


@click.group(context_settings=LANGUAGE, epilog="设置项见 docs/settings.md。Settings: docs/settings.md.")
@click.version_option(package_name="lianxin", prog_name="lianxin")
def main() -> None:
    """连心：乡镇街道的诉求闭环。Lianxin: a town's requests, round the six steps.

    第一次使用：lianxin run。To begin: lianxin run.
    """


for command in (
    running.run,
    running.worker,
    running.serve,
    demo.demo,
    exporting.export,
    verifying.verify,
    checking.check,
    users.user,
):
    main.add_command(command)


def _mount_imports() -> None:
    """The importers bring their own commands: `import cases`, `import grids`, `import people`."""
    name = "lianxin.town.imports"
    if importlib.util.find_spec(name) and importlib.util.find_spec(f"{name}.commands"):
        main.add_command(importlib.import_module(f"{name}.commands").group)


_mount_imports()
