#!/usr/bin/env python
"""Commands. They work whether or not `make run` is up: the embedded servers are started for the command when needed."""

import os
import sys

from launch.errors import LaunchError, sentence_for
from launch.services import for_command


def main() -> None:
    """Run one command with the servers it needs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.settings")
    try:
        share = for_command(sys.argv)
    except LaunchError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(sentence_for(error))
    from django.core.management import execute_from_command_line

    with share:
        if len(sys.argv) > 1 and not os.environ.get("DATABASE_URL"):
            from launch.inside import first_tables

            first_tables(sys.argv[1])
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
