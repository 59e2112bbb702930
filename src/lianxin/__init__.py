"""Lianxin (连心): one closed workflow under every public case of a town."""

__version__ = "0.1.0"
