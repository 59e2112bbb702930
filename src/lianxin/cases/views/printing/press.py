"""The press: run by itself, one process for one paper, so that what Typst remembers of it goes when it is done.

In a worker of the web it would keep some 300 MB after a register of a thousand rows. Standard input: JSON, `folders` of
faces beside the machine's own, and a `template` with its `data`; without one, the names of the faces are told.
"""

import json
import sys

import typst


def main() -> None:
    """Write a PDF, or the names of the faces, to standard output."""
    asked = json.load(sys.stdin.buffer)
    fonts = typst.Fonts(font_paths=asked["folders"])
    if not asked.get("template"):
        sys.stdout.write(json.dumps(sorted(fonts.families())))
        return
    made = typst.compile(
        asked["template"], root=asked["root"], font_paths=fonts, sys_inputs={"data": asked["data"]}, format="pdf"
    )
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
