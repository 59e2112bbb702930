"""`erase`: take what a case says of people out of the database and the files, for good."""

import click

from lianxin.town.cli.starting import Fault, django_ready, say, town_named


@click.command(short_help="删除个人信息。Erase personal details.")
@click.argument("number")
@click.option("--reason", required=True, help="事由，留痕，不写姓名。Why; it stays on record, so name nobody.")
@click.option("--yes", is_flag=True, help="不再询问。Do not ask once more.")
@click.option("--town", "letters", default="", help="乡镇字母代号。Letters of the town, where there are several.")
def erase(number: str, reason: str, letters: str, yes: bool) -> None:
    """彻底删除事项 NUMBER 的文字、姓名、电话、照片和准确位置；办理过程保留，留痕仍可核验。

    Erases the words, names, telephone numbers, photos and exact place of the case NUMBER; what was done stays.
    """
    django_ready()
    from django.utils import timezone

    from lianxin.cases.actions.erasing import erase_case
    from lianxin.cases.queries.erasing import erasure_of
    from lianxin.cases.queries.standing import NotSeen
    from lianxin.people.actors import system

    town = town_named(letters)
    try:
        found = erasure_of(town, number)
    except NotSeen:
        raise Fault(f"没有编号为 {number} 的事项。", f"There is no case {number}.") from None
    if len(reason.strip()) < 2:
        raise Fault("请用 --reason 写明事由。", "Say why with --reason.")
    say(
        f"将删除：文字 {found.texts} 段，{found.people} 人的姓名和电话，照片 {found.photos} 张，准确位置和地址。",
        f"Goes: {found.texts} texts, {found.people} people's details, {found.photos} photos, the exact place.",
    )
    if found.waiting:
        say(
            f"还有 {found.waiting} 人在等这件事：只删现在的诉求人，其他人的内容和答复都保留。",
            f"{found.waiting} others wait for it: only who speaks for it is erased, theirs and the answer stay.",
        )
    if not yes:
        click.confirm("删除后无法恢复，确定吗？ It cannot be brought back. Go on?", abort=True)
    erase_case(found.case, reason.strip()[:500], actor=system(town), now=timezone.now())
    say(f"事项 {found.case.number} 的个人信息已删除。", "Erased.")
