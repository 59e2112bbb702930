"""`import` and `export`: groups whose commands other packages bring, read when the group is asked for."""

import importlib
from typing import Any

import click

from lianxin.town.cli.starting import apps_ready


class Later(click.Group):
    """A group of the commands that a module lists in `commands`; the module needs Django to be ready."""

    def __init__(self, *args: Any, module: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._module = module

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands the module brings, in its order."""
        self._load()
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them."""
        self._load()
        return super().get_command(ctx, cmd_name)

    def _load(self) -> None:
        if not self.commands:
            apps_ready()
            for command in importlib.import_module(self._module).commands:
                self.add_command(command)


importing = Later(
    "import",
    module="lianxin.town.imports.terminal",
    short_help="导入事项、网格、人员、场所、类别、全部设置。Bring data in.",
    help="""导入事项、网格、人员、场所、类别或全部设置：先检查，逐行列出全部问题，再写入；重复导入不会重复。

    Looks first and tells every fault by row; then writes. The same file again changes nothing.""",
)
exporting = Later(
    "export",
    module="lianxin.town.exports.terminal",
    short_help="导出事项、网格、人员、场所、类别、全部设置、留痕。Take data out.",
    help="""导出为文件：只有该身份看得到的内容，个人信息默认遮盖，每次导出都留痕。

    Writes what that person may see, personal details masked. Each export leaves an entry in the ledger.""",
)
