"""Everything `make test` checks, one step after the other; all run even when one fails, and the end says which.

`python -m scripts.suite [STEP …]` runs all the steps, or the named ones; the names are those of the summary.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from scripts import browser, postgres

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]
PYTEST = [PYTHON, "-m", "pytest", "-q"]
FAST = ["-n", "2", "--ignore=tests/e2e", "-m", "not slow"]
SLOW = ["-n", "2", "--ignore=tests/e2e", "-m", "slow"]
# The portal never runs during an upgrade, so old code never meets a new table: what only matters then is left out.
UPGRADE = ["lintmigrations", "--no-cache", "--quiet", "ok", "ignore", "--warnings-as-errors"]
UPGRADE += [
    "--exclude-apps",
    "account",
    "usersessions",
    "--exclude-migration-tests",
    "NOT_NULL",
    "ADD_UNIQUE",
]
UPGRADE += ["ALTER_COLUMN", "RENAME_TABLE", "RENAME_COLUMN"]
UPGRADE += [
    "CREATE_INDEX",
    "CREATE_INDEX_EXCLUSIVE",
    "DROP_INDEX",
    "REINDEX",
    "RUNPYTHON_MODEL_VARIABLE_NAME",
]


@dataclass(frozen=True)
class Step:
    name: str
    title: str
    command: list[str]
    advice: str = ""
    minutes: int = 5
    is_pytest: bool = False
    on_postgres: bool = False
    in_browser: bool = False


def tests(name: str, title: str, options: list[str], **needs: bool) -> Step:
    return Step(name, title, [*PYTEST, *options], minutes=20, is_pytest=True, **needs)


STEPS = (
    Step(
        "format",
        "Mise en forme du code (ruff)",
        [PYTHON, "-m", "ruff", "format", "--check", "."],
        "make format",
    ),
    Step("lint", "Style du code (ruff)", [PYTHON, "-m", "ruff", "check", "."]),
    Step(
        "layout",
        "Mise en forme des gabarits (djlint)",
        [PYTHON, "-m", "djlint", "--check", "portail"],
        "make format",
    ),
    Step("templates", "Style des gabarits (djlint)", [PYTHON, "-m", "djlint", "--lint", "portail"]),
    Step("types", "Types (mypy)", [PYTHON, "-m", "mypy"]),
    Step(
        "imports",
        "Sens des imports (import-linter)",
        [str(Path(PYTHON).with_name("lint-imports")), "--no-cache"],
    ),
    Step("lock", "Verrou des bibliothèques", [PYTHON, "scripts/lock.py", "--check"], "make lock"),
    Step("words", "Mots interdits", [PYTHON, "scripts/words.py"]),
    Step(
        "messages",
        "Catalogues de langues",
        [PYTHON, "scripts/messages.py", "--check"],
        "make messages, puis traduire",
    ),
    Step("django", "Vérifications de Django", [*MANAGE, "check", "--fail-level", "WARNING"]),
    Step("migrations", "Migrations complètes", [*MANAGE, "makemigrations", "--check", "--dry-run"]),
    Step("upgrade", "Migrations sans danger", [*MANAGE, *UPGRADE], on_postgres=True),
    tests("sqlite", "Tests rapides sur SQLite", FAST),
    tests("postgres", "Tests rapides sur PostgreSQL", FAST, on_postgres=True),
    tests("slow-sqlite", "Courses et pannes sur SQLite", SLOW),
    tests("slow-postgres", "Courses et pannes sur PostgreSQL", SLOW, on_postgres=True),
    tests(
        "browser",
        "Parcours dans le navigateur",
        ["-n", "2", "--dist", "loadfile", "tests/e2e"],
        in_browser=True,
    ),
)


@dataclass
class Result:
    """`reason` says why the step failed, "" when it did not."""

    step: Step
    reason: str = ""
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0


@dataclass
class Suite:
    """What the steps share: a folder for their reports, and PostgreSQL once one of them asked for it."""

    folder: Path
    stack: contextlib.ExitStack
    results: list[Result] = field(default_factory=list)
    server: dict[str, str] | None = None

    def environment(self, step: Step) -> dict[str, str]:
        """A clean one: what the developer has set for his own portal does not change the tests."""
        mine = ("PORTAIL_", "DATABASE_URL", "EMAIL_URL", "DJANGO_", "PYTEST_")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(mine)}
        if not step.is_pytest:  # pytest finds its settings in pyproject.toml
            clean |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "PORTAIL_LOG_LEVEL": "WARNING"}
        if step.on_postgres:
            if self.server is None:
                self.server = self.stack.enter_context(postgres.server())
            clean |= self.server
        if step.in_browser:
            clean["PORTAIL_CHROMIUM"] = browser.find_or_install()
        return clean

    def run(self, step: Step) -> Result:
        result = Result(step)
        report = self.folder / f"{step.name}.xml"
        command = [*step.command, f"--junitxml={report}"] if step.is_pytest else step.command
        try:
            code = _wait_for(
                subprocess.Popen(command, cwd=ROOT, env=self.environment(step)), step.minutes * 60
            )
        except (postgres.PostgresDoesNotStart, browser.NoBrowser) as missing:
            result.reason = f"n'a pas pu tourner : {missing}"
        except subprocess.TimeoutExpired:
            result.reason = f"arrêté au bout de {step.minutes} minutes"
        else:
            result.reason = _reason(step, code)
        if step.is_pytest and report.exists():
            _count(report, result)
        if not result.passed + result.failed or (result.reason and not result.failed):
            result.failed += bool(result.reason)
            result.passed += not result.reason
        return result


def _wait_for(process: subprocess.Popen, seconds: float) -> int:
    """Its exit status. Interrupted or too long, it is given the time to clean up, then killed."""
    try:
        return process.wait(seconds)
    except BaseException:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(3)  # Ctrl-C reached it too
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
        process.kill()
        process.wait()
        raise


def _reason(step: Step, code: int) -> str:
    if step.is_pytest and code == 5:
        return "aucun test trouvé"
    return f"code de sortie {code}{step.advice and f' : {step.advice}'}" if code else ""


def _count(report: Path, result: Result) -> None:
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        total, failures, errors, skipped = (
            int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")
        )
        result.failed += failures + errors
        result.skipped += skipped
        result.passed += total - failures - errors - skipped


@contextlib.contextmanager
def prepared() -> Iterator[Suite]:
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="portail-suite-", ignore_cleanup_errors=True)
        )
        yield Suite(Path(folder), stack)


def say(text: str) -> None:
    print(text, flush=True)


def summary(results: list[Result]) -> None:
    say("\n=== Bilan")
    for result in results:
        mark = f"ÉCHEC  {result.reason}" if result.reason else "réussi"
        say(f"{result.seconds:7.1f} s  {result.step.name:14} {result.step.title:38} {mark}")
    say(f"{sum(result.seconds for result in results):7.1f} s  en tout\n")
    passed, failed, skipped = (
        sum(getattr(result, name) for result in results) for name in ("passed", "failed", "skipped")
    )
    say(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))


def main(names: list[str]) -> int:
    unknown = set(names) - {step.name for step in STEPS}
    if unknown:
        say(
            f"Étapes inconnues : {', '.join(sorted(unknown))}. Connues : {', '.join(step.name for step in STEPS)}"
        )
        return 2
    postgres.terminate_like_ctrl_c()
    interrupted = False
    with prepared() as suite:
        for step in STEPS:
            if names and step.name not in names:
                continue
            say(f"\n=== {step.title}  [make test STEPS={step.name}]")
            began = time.monotonic()
            try:
                result = suite.run(step)
            except KeyboardInterrupt:
                result, interrupted = Result(step, reason="interrompu", failed=1), True
            result.seconds = time.monotonic() - began
            suite.results.append(result)
            if interrupted:
                break
    summary(suite.results)
    return 130 if interrupted else int(any(result.reason for result in suite.results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
