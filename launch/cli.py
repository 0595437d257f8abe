"""The commands of `python -m launch`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from .errors import LaunchError, sentence_for
from .places import data_folder, read_env_file, say, warn


def _services(options: argparse.Namespace) -> int:
    from .services import attach

    with attach(Path(options.data), durable=not options.fast) as share:
        for name, value in share.environment.items():
            say(f"{name}={value}")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return 0


def _run(options: argparse.Namespace) -> int:
    from .supervisor import run

    return run()


def _set_up(options: argparse.Namespace) -> int:
    from .supervisor import set_up

    set_up(dev=options.dev)
    return 0


def _keeper(options: argparse.Namespace) -> int:
    from .services import keep

    return keep(Path(options.data), durable=not options.fast)


def main(argv: list[str]) -> int:
    """Run one command; a refusal is one sentence and exit code 1."""
    read_env_file()
    parser = argparse.ArgumentParser(prog="python -m launch")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run in (("services", _services), ("keeper", _keeper)):
        sub = commands.add_parser(name)
        sub.add_argument("--data", default=str(data_folder()))
        sub.add_argument("--fast", action="store_true")
        sub.set_defaults(run=run)
    commands.add_parser("run", help="set up and start everything").set_defaults(run=_run)
    sub = commands.add_parser("setup", help="environment and browser kit only")
    sub.add_argument("--dev", action="store_true", help="with what tests and checks need")
    sub.set_defaults(run=_set_up)
    options = parser.parse_args(argv)
    try:
        return int(options.run(options))
    except LaunchError as error:
        warn(str(error))
    except OSError as error:
        warn(sentence_for(error))
    return 1
