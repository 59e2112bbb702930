"""The demo town: invented ground, people and lives, drawn from a seed."""
