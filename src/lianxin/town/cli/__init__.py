"""The command `lianxin`: run a town, load it, move data in and out, check it."""

import click

from lianxin.town.cli import backing_up, checking, demo, erasing, importing, running, setup, towns, users, verifying

CONTEXT = {"max_content_width": 110, "help_option_names": ["-h", "--help"]}


@click.group(context_settings=CONTEXT, epilog="设置项见 docs/settings.md。Settings: docs/settings.md.")
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
    importing.importing,
    importing.exporting,
    verifying.verify,
    backing_up.backup,
    checking.check,
    towns.town,
    setup.setup,
    users.user,
    erasing.erase,
):
    main.add_command(command)
