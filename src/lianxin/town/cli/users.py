import click

@click.command()
def user() -> None: ...
