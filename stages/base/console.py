"""What a stage prints while it works: short lines and progress bars, on standard error."""

import argparse
import os
import select
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from stages.base import places
from stages.base.errors import BenchmarkError, from_os_error
from stages.base.provenance import record_stage
from stages.base.redaction import redact, redact_output

Item = TypeVar("Item")
# torch's threads wait by spinning, which on cores shared with anything else is four to six times
# slower than sleeping; but waking them takes longer than most steps of a small network. So they
# sleep after ten thousand turns, where libgomp has three hundred thousand: against sleeping at
# once, training is 1.4 times as fast on quiet cores, which is how DVC runs it, as fast beside busy
# programs, and 1.25 times slower beside another training (all measured). To be said before torch is
# imported, as every stage imports this.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "10000")


class CommandLine(argparse.ArgumentParser):
    """The options of an entry point, with those that all of them have."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.add_argument(
            "--corpus",
            metavar="NAME",
            default=places.DEFAULT,
            help="what it works on: a folder in corpora/, by default %(default)s",
        )

    def parse_args(self, *given: Any, **settings: Any) -> Any:
        """The options; the corpus that they name becomes this process's."""
        found = super().parse_args(*given, **settings)
        places.choose(found.corpus)
        return found


def say(text: str) -> None:
    """Print one line to standard error, with secrets hidden."""
    print(redact(text), file=sys.stderr, flush=True)


def progress(items: Iterable[Item], label: str, total: int) -> Iterator[Item]:
    """Yield `items` behind a progress bar; where there is no terminal, a line every ten seconds."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import track

        yield from track(items, description=label, total=total, console=Console(stderr=True))
        return
    last = time.monotonic()
    for done, item in enumerate(items, start=1):
        yield item
        if done == total or time.monotonic() - last > 10:
            last = time.monotonic()
            say(f"{label}: {done} of {total}")


def run_stage(main: Callable[[], None]) -> None:
    """Run a DVC stage's entry point and record what it took."""

    def recorded() -> None:
        begin = time.monotonic()
        option = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        option.add_argument("--corpus", default=places.DEFAULT)
        chosen, given = option.parse_known_args()
        places.choose(chosen.corpus)
        name = [Path(sys.argv[0]).stem, *given[:1]]
        by_hand = "DVC_STAGE" not in os.environ  # DVC did not see to what it needs
        if by_hand and not {"-h", "--help"} & set(given):
            from stages.base.pipeline import check_dependencies

            check_dependencies(f"python -m stages.{' '.join(name)}")
        main()
        seconds = time.monotonic() - begin
        record_stage("@".join(name), seconds, places.metrics() / "provenance.json")

    run_command(recorded)


def run_command(main: Callable[[], None]) -> None:
    """Run an entry point: a BenchmarkError becomes one message and exit status 1, not a traceback.

    Interrupts exit non-zero too, because DVC ignores SIGINT itself while a stage runs. Secrets are
    hidden in all that is printed, by libraries and in tracebacks too.
    """
    redact_output()
    try:
        main()
        sys.stdout.flush()
    except BenchmarkError as error:
        say(f"error: {error}")
        sys.exit(1)
    except BrokenPipeError:
        if not _output_closed():
            raise
        sys.exit(1)
    except OSError as error:
        refused = from_os_error(error)
        if refused is None:
            raise
        say(f"error: {refused}")
        sys.exit(1)
    except KeyboardInterrupt:
        say("interrupted: finished work is kept; run the same command again to continue")
        sys.exit(130)


def _output_closed() -> bool:
    """Whether nobody reads standard output any more, as after `| head`; nothing is written then."""
    watched = select.poll()
    watched.register(sys.stdout.fileno(), 0)
    if not watched.poll(0):  # a pipe without a reader is an error, others have no event
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for Python's last flush
    return True
