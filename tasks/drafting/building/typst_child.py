"""Run by its path in a process of its own: has the wheel `typst` make a PDF. Nothing of gonogo is imported."""

from __future__ import annotations

import sys
from pathlib import Path


def main(name: str, epoch: str, packages: str) -> int:
    """Make a PDF of the file `name` in the folder that this runs in, which is all that it may read."""
    import typst

    stem = name.removesuffix(".typ")
    try:
        compiler = typst.Compiler(
            input=name,
            root=".",
            ignore_system_fonts=True,
            package_path=packages,
            package_cache_path=packages,
        )
        compiler.compile(output=f"{stem}.pdf", format="pdf", timestamp=int(epoch))
    except typst.TypstError as error:
        print(error.diagnostic or error.message)  # noqa: T201, as this is the log
        return 1
    except RuntimeError as error:
        print(error)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    if Path.cwd() == Path(__file__).parent:
        sys.exit("not here")
    sys.exit(main(*sys.argv[1:]))
