"""The commands of `python -m launch`; `make NAME` calls them."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path

from .errors import LaunchError, sentence_for
from .places import ROOT, data_folder, read_env_file, say, warn

DEVELOPER = ("test", "lint", "bench", "e2e", "chaos", "proof", "coverage-of-checklist")


def _services(options: argparse.Namespace) -> int:
    from .services import attach

    with attach(Path(options.data), durable=not options.fast) as share:
        for name, value in share.environment.items():
            say(f"{name}={value}")
        while True:
            time.sleep(3600)


def _keeper(options: argparse.Namespace) -> int:
    from .services import keep

    return keep(Path(options.data), durable=not options.fast)


def _run(options: argparse.Namespace) -> int:
    from .supervisor import run

    return run()


def _set_up(options: argparse.Namespace) -> int:
    from .supervisor import set_up

    set_up(dev=options.dev)
    return 0


def _help(options: argparse.Namespace) -> int:
    for line in (ROOT / "Makefile").read_text().splitlines():
        name, marked, text = line.partition("## ")
        if marked and ":" in name:
            say(f"  make {name.split(':')[0]:<24}{text}")
    return 0


def main(argv: list[str]) -> int:
    """Run one command; a refusal is one sentence and exit code 1."""
    for number in (signal.SIGTERM, signal.SIGHUP):  # before the supervisor takes over: stop tools as Ctrl-C does
        signal.signal(number, signal.default_int_handler)
    read_env_file()
    parser = argparse.ArgumentParser(prog="python3 -m launch")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run, text in (
        ("services", _services, "keep the embedded database and broker up until Ctrl-C"),
        ("keeper", _keeper, "be the process that keeps them (started by the others)"),
    ):
        sub = commands.add_parser(name, help=text)
        sub.add_argument("--data", default=str(data_folder()))
        sub.add_argument("--fast", action="store_true", help="quick and not durable, for tests")
        sub.set_defaults(run=run)
    commands.add_parser("run", help="set up and start everything").set_defaults(run=_run)
    commands.add_parser("help", help="the list of make targets").set_defaults(run=_help)
    sub = commands.add_parser("setup", help="environment and browser kit only")
    sub.add_argument("--dev", action="store_true", help="with what tests and checks need")
    sub.set_defaults(run=_set_up)
    for name in DEVELOPER:
        commands.add_parser(name, add_help=False)
    try:
        if argv and argv[0] in DEVELOPER:
            from . import checks

            return int(getattr(checks, argv[0].replace("-", "_"))(argv[1:]))
        options = parser.parse_args(argv)
        return int(options.run(options))
    except LaunchError as error:
        warn(str(error))
    except OSError as error:
        warn(sentence_for(error))
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
