# SPDX-License-Identifier: Apache-2.0
"""The commands behind `./headcall`: serve, demo, call, doctor, role, example."""

import argparse
import asyncio
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from headcall.kit import log
from headcall.kit.clock import SystemClock
from headcall.kit.role import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_HOPELESS,
    CannotStart,
    RoleContext,
    Run,
    die_with_parent,
    inherited_fds,
    run_role,
    wait_for_go,
)
from headcall.kit.settings import Settings, SettingsError, example, load
from headcall.run import assemble
from headcall.run.sockets import PortUnusable, free_base
from headcall.wire.settings import Log

if TYPE_CHECKING:
    from headcall.run.rehearsal.timing import Timing
    from headcall.run.supervisor import Supervisor

DEMO_BASE_PORT = 8400


def main(words: list[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    arguments = _parser().parse_args(words)
    try:
        code: int = arguments.run(arguments)
    except (SettingsError, CannotStart) as error:
        print(f"headcall: {error}", file=sys.stderr)
        return EXIT_HOPELESS
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="headcall")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = verbs.add_parser("serve", help="run the system with the settings of a file")
    serve.add_argument("--config", type=Path, help="settings (see config.example.toml)")
    serve.add_argument("--data", type=Path, default=Path("data/main"), help="where everything is kept")
    serve.set_defaults(run=_serve)

    demo = verbs.add_parser("demo", help="run the sample company")
    demo.add_argument("--config", type=Path, help="settings on top of the demo's own")
    demo.add_argument("--data", type=Path, help="where everything is kept (default: data/demo; with --json a new one)")
    demo.add_argument("--base-port", type=int, default=DEMO_BASE_PORT, help="first of the ports; 0 finds free ones")
    demo.add_argument("--json", action="store_true", help="print one line of JSON when ready; log to standard error")
    demo.add_argument("--lan", action=argparse.BooleanOptionalAction, help="whether other machines may connect")
    demo.add_argument("--verbose", action="store_true", help="show the log instead of keeping it in the data folder")
    demo.set_defaults(run=_demo)

    call = verbs.add_parser("call", help="have a simulated customer call the running demo")
    call.add_argument("number", help="as in 4008-123456")
    call.add_argument("--data", type=Path, default=Path("data/demo"), help="data folder of the demo")
    call.add_argument("--from", dest="caller", default="13800138000", help="number of the caller")
    call.add_argument("--say", default="", help="text to speak")
    call.add_argument("--language", choices=("zh", "en"), default="zh", help="language of the text")
    call.add_argument("--keys", default="", help="keys to press after the answer; a comma waits a second")
    call.add_argument("--seconds", type=float, default=120.0, help="when to hang up")
    call.set_defaults(run=_call)

    _rehearse_words(verbs)

    doctor = verbs.add_parser("doctor", help="say what is missing or wrong, and how to mend it")
    doctor.add_argument("--config", type=Path, help="settings to check")
    doctor.add_argument("--base-port", type=int, default=DEMO_BASE_PORT, help="first of the demo's ports")
    doctor.set_defaults(run=_doctor)

    role = verbs.add_parser("role", help="(for the supervisor) be one role")
    role.add_argument("name")
    role.set_defaults(run=_role)

    verbs.add_parser("example", help="print config.example.toml").set_defaults(run=_example)
    return parser


def _rehearse_words(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    rehearse = verbs.add_parser("rehearse", help="live a company's day in minutes, and check it")
    rehearse.add_argument("--hours", type=float, default=8.0, help="length of the day")
    rehearse.add_argument("--speed", type=float, default=60.0, help="how many times faster")
    rehearse.add_argument("--calls", type=int, default=3000)
    rehearse.add_argument("--agents", type=int, default=30)
    rehearse.add_argument("--seed", type=int, default=1)
    rehearse.add_argument("--base-port", type=int, default=0, help="first of the ports; 0 finds free ones")
    rehearse.add_argument("--keep", type=Path, help="a folder for the day's database, log and history")
    rehearse.add_argument("--json", action="store_true", help="end with one line of JSON; log to standard error")
    rehearse.set_defaults(run=_rehearse)


def _example(_: argparse.Namespace) -> int:
    print(example(assemble.sections()), end="")
    return EXIT_DONE


def _serve(arguments: argparse.Namespace) -> int:
    from headcall.run.supervisor import Supervisor, serve_until_stopped

    settings = load(arguments.config, assemble.sections())
    _log_as("supervisor", settings)
    return _supervise(Supervisor(settings, arguments.data.resolve()), serve_until_stopped)


def _demo(arguments: argparse.Namespace) -> int:
    if arguments.json and arguments.data is None:
        with tempfile.TemporaryDirectory(prefix="headcall-demo-") as folder:
            return _demo_in(Path(folder).resolve(), arguments)
    return _demo_in((arguments.data or Path("data/demo")).resolve(), arguments)


def _demo_in(data: Path, arguments: argparse.Namespace) -> int:
    from headcall.run.demo import PORTS, Greeting, demo_settings, passwords_of
    from headcall.run.supervisor import Supervisor

    lan = arguments.lan if arguments.lan is not None else not arguments.json
    settings = load(arguments.config, assemble.sections())
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    passwords = passwords_of(data)
    try:
        base_port = arguments.base_port or free_base(PORTS)
    except PortUnusable as error:
        return _fail(error)
    settings = demo_settings(settings, passwords, base_port=base_port, lan=lan)
    errors = None if arguments.json or arguments.verbose else (data / "headcall.log").open("wb", buffering=0)
    _log_as("supervisor", settings, errors)
    if errors:
        print("  … starting", file=sys.stderr, flush=True)
    try:
        code = _supervise(Supervisor(settings, data, errors), Greeting(passwords, arguments.json))
        if code and errors:
            _show_errors(data / "headcall.log")
        return code
    finally:
        (data / "run" / "demo.json").unlink(missing_ok=True)
        shutil.rmtree(data / "run", ignore_errors=True)


def _rehearse(arguments: argparse.Namespace) -> int:
    """In a folder of its own, which is gone afterwards: its clock must never touch anybody's data."""
    from headcall.run.demo import PORTS, Passwords, demo_settings
    from headcall.run.rehearsal.command import Watching, rehearsal_settings
    from headcall.run.supervisor import Supervisor

    with tempfile.TemporaryDirectory(prefix="headcall-rehearsal-") as folder:
        data = Path(folder).resolve()
        settings = load(None, assemble.sections())
        base_port = arguments.base_port or free_base(PORTS)
        settings = demo_settings(settings, Passwords({}, {}), base_port=base_port, lan=False)
        wanted = {name: getattr(arguments, name) for name in ("hours", "speed", "calls", "agents", "seed")}
        settings = rehearsal_settings(settings, **wanted)
        errors = None if arguments.json else (data / "headcall.log").open("wb", buffering=0)
        _log_as("supervisor", settings, errors)
        watching = Watching(arguments.json)
        code = _supervise(Supervisor(settings, data, errors), watching)
        if arguments.keep:
            shutil.copytree(data, arguments.keep, dirs_exist_ok=True, ignore=shutil.ignore_patterns("run"))
        return code or (EXIT_DONE if watching.is_good else EXIT_FAILED)


def _show_errors(path: Path) -> None:
    """The log went to a file; what it says of the failure belongs on the screen."""
    told = [line for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if " ERRO " in line]
    print("\n".join([*told[-5:], f"(from {path})"]), file=sys.stderr)


def _supervise(supervisor: "Supervisor", when_ready: "Callable[[Supervisor], Awaitable[None]]") -> int:
    from headcall.run.children import StartFailed
    from headcall.run.supervisor import InUse

    timing = assemble.timing_of("supervisor", supervisor.settings, supervisor.data)
    try:
        with asyncio.Runner(loop_factory=timing.loop if timing else None) as runner:
            runner.run(_with(timing, supervisor.run(when_ready)))
    except (PortUnusable, InUse, StartFailed) as error:
        return _fail(error)
    return EXIT_DONE


async def _with(timing: "Timing | None", work: Coroutine[Any, Any, None]) -> None:
    joining = asyncio.ensure_future(timing.join()) if timing else None
    await work
    if joining:
        joining.cancel()


def _fail(error: Exception) -> int:
    print(f"headcall: {error}", file=sys.stderr)
    return EXIT_FAILED


def _log_as(name: str, settings: Settings, errors: IO[bytes] | None = None) -> None:
    chosen = settings.section(Log)
    stream = open(errors.fileno(), "w", encoding="utf-8", closefd=False, buffering=1) if errors else None  # noqa: SIM115
    log.setup(name, level=chosen.level, style="json" if chosen.style == "json" else "console", stream=stream)


def _call(arguments: argparse.Namespace) -> int:
    from headcall.run.call import CallFailed, call

    wanted = {
        "number": arguments.number,
        "caller_number": arguments.caller,
        "say": arguments.say,
        "language": arguments.language,
        "keys": arguments.keys,
        "hang_up_after_s": arguments.seconds,
    }
    try:
        return call(arguments.data.resolve(), wanted)
    except CallFailed as error:
        return _fail(error)


def _doctor(arguments: argparse.Namespace) -> int:
    from headcall.run.doctor import examine

    return examine(arguments.config, arguments.base_port)


def _role(arguments: argparse.Namespace) -> int:
    if parent := os.environ.get("HEADCALL_PARENT"):
        die_with_parent(int(parent))
    settings = Settings.from_json(Path(os.environ["HEADCALL_SETTINGS"]).read_text(encoding="utf-8"))
    _log_as(arguments.name, settings)
    try:
        run = assemble.entry(arguments.name, settings)
    except CannotStart as error:
        logging.getLogger(__name__).error("cannot start: %s", error)
        return EXIT_HOPELESS
    if not wait_for_go():
        return EXIT_DONE
    data = Path(os.environ["HEADCALL_DATA"])
    timing = assemble.timing_of(arguments.name, settings, data)
    with asyncio.Runner(loop_factory=timing.loop if timing else None) as runner:
        return runner.run(_be(arguments.name, settings, data, run, timing))


async def _be(name: str, settings: Settings, data: Path, run: Run, timing: "Timing | None") -> int:
    ready_fd = os.environ.get("HEADCALL_READY_FD")
    if ready_fd:
        os.set_inheritable(int(ready_fd), False)
    ctx = RoleContext(
        name,
        await assemble.make_bus(settings, Path(os.environ["HEADCALL_BUS"])),
        settings,
        data,
        fds=inherited_fds(),
        clock=timing.clock if timing else SystemClock(),
        sleep=timing.clock.sleep if timing else asyncio.sleep,
        at_work=timing.at_work if timing else nullcontext,
        ready_fd=int(ready_fd) if ready_fd else None,
    )
    if timing:
        ctx.tasks.start(timing.join(), "calendar")
    return await run_role(ctx, run)


if __name__ == "__main__":
    sys.exit(main())
