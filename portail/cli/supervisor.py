"""Keeping child processes alive until asked to stop, then stopping them all: none is left behind."""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)

LOOK = 0.25
"""Seconds between two looks at the children."""
SHORT_LIFE = 10.0
"""A child that dies younger than this, in seconds, is started again less and less soon."""
LONGEST_PAUSE = 30.0
PATIENCE = 8.0
"""Seconds that children have to stop by themselves."""
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """A process to keep alive. `essential`: when it dies before it was ready once, all stops."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    essential: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = 0.5
    again_at: float = 0.0


@dataclass
class Crew:
    children: list[Child]
    is_ready: Callable[[], bool]
    on_ready: Callable[[], None]
    ready: bool = False
    stopping: threading.Event = field(default_factory=threading.Event)


def supervise(crew: Crew) -> int:
    """Run the children until SIGINT or SIGTERM. Returns 0, or 1 when an essential one could not start."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: crew.stopping.set())
    try:
        for child in crew.children:
            _start(child)
        while not crew.stopping.is_set():
            if not _tend(crew):
                return 1
            crew.stopping.wait(LOOK)
        return 0
    finally:
        stop(crew.children)


def _tend(crew: Crew) -> bool:
    """Start again who died, say once that all is ready. False when it is not worth going on."""
    for child in crew.children:
        if child.process is not None and child.process.poll() is not None:
            if child.essential and not crew.ready:
                return False
            _bury(child)
        if child.process is None and time.monotonic() >= child.again_at:
            _start(child)
    if not crew.ready and crew.is_ready():
        crew.ready = True
        crew.on_ready()
    return True


def _start(child: Child) -> None:
    # A session of its own: Ctrl-C in the terminal reaches us alone, and we stop each in order.
    child.process = subprocess.Popen(  # noqa: S603 - our own programs
        child.command, env=dict(child.environment), start_new_session=True, preexec_fn=_die_with_parent
    )
    child.started_at = time.monotonic()
    logger.info("%s started, process %d", child.name, child.process.pid)


def _die_with_parent() -> None:
    """Linux: ask the kernel to stop the child should its parent be killed without a word."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _bury(child: Child) -> None:
    """Note a death, take what it left with it, and plan the next start."""
    assert child.process is not None
    _signal_group(child.process, signal.SIGKILL)
    age = time.monotonic() - child.started_at
    child.pause = min(child.pause * 2, LONGEST_PAUSE) if age < SHORT_LIFE else 0.5
    child.again_at = time.monotonic() + child.pause
    logger.error(
        "%s stopped by itself (status %s), started again in %.1f s",
        child.name,
        child.process.returncode,
        child.pause,
    )
    child.process = None


def stop(children: Sequence[Child]) -> None:
    """Ask all to stop, wait for a few seconds, then insist."""
    alive = [child.process for child in children if child.process is not None]
    for process in alive:
        if process.poll() is None:
            process.terminate()
    end = time.monotonic() + PATIENCE
    for process in alive:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, end - time.monotonic()))
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Signal all that the child started, itself included: its session's group carries its number."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
