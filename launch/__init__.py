"""What `make run` and `make test` need before anything is installed. Standard library only, imports nothing of ours.

This file and __main__.py are written so that an old Python can read them far enough to say that it is too old.
"""

LEAST = (3, 11)


def too_old(version):  # type: ignore[no-untyped-def]
    """The refusal of an interpreter of this version, or an empty text."""
    if tuple(version[:2]) >= LEAST:
        return ""
    have = ".".join(str(part) for part in version[:3])
    return "Python %s is too old: Sampan needs %d.%d or newer (give it as `make PYTHON=python3.12 ...`)." % (
        have,
        LEAST[0],
        LEAST[1],
    )  # noqa: UP031
