"""What `make run` and `make test` need before anything is installed. Standard library only, imports nothing of ours.

This file and __main__.py are written so that an old Python can read them far enough to say that it is too old.
"""

LEAST = (3, 11)


def too_old(version):  # type: (object) -> str
    """The refusal of an interpreter of this version, or an empty text."""
    numbers = tuple(version)[:3]  # type: ignore
    if numbers >= LEAST:
        return ""
    have = ".".join(str(part) for part in numbers)
    return "Python " + have + " is too old: Sampan needs 3.11 or newer (give it as `make PYTHON=python3.12 ...`)."
