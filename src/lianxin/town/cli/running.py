"""`run`, `worker`, and the server process that `run` starts."""

import click

from lianxin.town.cli.starting import Fault, django_ready, migrate, say, settings, watched


@click.command(short_help="启动：数据库、服务和后台。Start the town.")
def run() -> None:
    """启动整套系统，按 Ctrl-C 停止。Start server and worker; Ctrl-C stops them.

    首次启动自动建库；LIANXIN_PROFILE=demo 时还会装入演示镇。HOST、PORT 指定地址。
    Sets up the database on the first run, and the demo town where LIANXIN_PROFILE=demo. HOST and PORT say where.
    """
    from lianxin.town import running

    config = settings()
    host, port = config["HOST"], config["PORT"]
    if fault := running.port_fault(host, port, waiting=lambda: _wait_for(port)):
        raise Fault(*fault)
    prepare()
    if running.FORKS:
        _read_everything()
    _let_go()
    raise SystemExit(running.Supervisor(config, announce=_announce).run())


def _wait_for(port: int) -> None:
    say(f"端口 {port} 还被占用，稍等片刻……", f"Port {port} is still in use; waiting a moment …")


def prepare() -> None:
    """The database up to date, the demo town there where it belongs and nowhere else; raises Fault."""
    config = django_ready(migrated=False)
    migrate()
    from lianxin.town.demo.signins import refusal

    if sentences := refusal(config):
        raise Fault(*sentences)
    from lianxin.keys.models import Town

    if config["LIANXIN_PROFILE"] == "demo" and not Town.objects.exists():
        from lianxin.town.cli.demo import load

        load()
    watched()


def _read_everything() -> None:
    """All pages and operations, once: the processes that are started from this one have them from the beginning."""
    from django.urls import get_resolver

    _ = get_resolver().url_patterns


def _let_go() -> None:
    """No connection to the database is handed down to a child."""
    from django.db import connections

    connections.close_all()


def _announce(address: str) -> None:
    from lianxin.keys.models import Town
    from lianxin.town.demo.signins import kept

    say(f"\n连心已启动：{address}", f"Lianxin is running at {address}")
    for zh, path, en in (
        ("群众报事", "/report/", "report"),
        ("公开看板", "/board/", "public board"),
        ("工作人员登录", "/sign-in/", "staff sign-in"),
        ("接口文档", "/api/v1/docs", "API"),
    ):
        say(f"  {zh}\t{address}{path}", en)
    if not Town.objects.exists():
        say("\n还没有乡镇：另开一个窗口运行 lianxin town create。", "No town yet: run `lianxin town create`.")
    if lines := kept():
        say("\n演示登录：", "Demo sign-ins:")
        click.echo("\n".join(f"  {line}" for line in lines))
    say("\n按 Ctrl-C 停止。", "Press Ctrl-C to stop.")
    _let_go()


@click.command(short_help="只运行后台。Run the background worker alone.")
def worker() -> None:
    """处理到期事项、消息和夜间任务，直到收到停止信号。

    Does what is due: late cases, seals, messages, nightly work. Stops cleanly on SIGTERM or Ctrl-C.
    """
    from lianxin.town import running

    config = django_ready()
    from lianxin.town.demo.signins import refusal

    if sentences := refusal(config):
        raise Fault(*sentences)
    watched()
    running.Worker().run()


@click.command(short_help="只运行服务。Run the server alone.")
def serve() -> None:
    """只启动网页和接口，后台另由 lianxin worker 运行；供系统服务管理使用。

    The pages and the API alone, for a service manager that minds server and worker itself. Stops cleanly on SIGTERM.
    """
    from lianxin.town import running

    config = settings()
    if fault := running.port_fault(config["HOST"], config["PORT"], waiting=lambda: _wait_for(config["PORT"])):
        raise Fault(*fault)
    running.serve(config)
