"""`portail worker`: mails and periodic jobs, until asked to stop."""

from argparse import Namespace

from portail.cli import guards
from portail.core import worker


def run(options: Namespace) -> int:
    guards.ready_to_serve()
    with guards.in_service():
        me = worker.Worker()
        worker.stop_on_signals(me)
        worker.run(me)
    return 0
