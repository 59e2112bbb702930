"""Writes of the spine."""

from lianxin.cases.actions.doors import open_case, transition

__all__ = ["open_case", "transition"]
