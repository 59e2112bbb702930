"""`python -m lianxin` is the command `lianxin`."""

from lianxin.town.cli import main

if __name__ == "__main__":
    main()
