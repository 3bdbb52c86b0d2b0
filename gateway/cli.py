"""The command `printgate`: serve, look at documents, and administer a home with or without its server running."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from gateway import arguments
from gateway.asking import Refused, ask
from gateway.config import ConfigurationError, load


def main() -> None:
    """Run the command line and exit: 0 done, 1 refused, 2 not understood."""
    # A large block freed once lifts glibc's mmap threshold; without it each 256 kB receive of asyncio maps and unmaps.
    block = bytes(1 << 20)
    del block
    try:
        sys.exit(run(sys.argv[1:]))
    except BrokenPipeError:
        # Who reads what we say has seen enough (| head). Nothing more may be said, not even at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def run(words: list[str]) -> int:
    """Run one command; returns the exit status."""
    parser = arguments.parser()
    given = parser.parse_args(words)
    if given.version:
        from importlib.metadata import version  # noqa: PLC0415 - slow to import, seldom wanted

        print(version("printgate"))
        return 0
    if given.group is None:
        parser.print_help()
        return 2
    home = given.home or Path(os.environ.get("PRINTGATE_HOME") or "home")
    try:
        if given.group == "serve":
            return _serve(home, given)
        if given.group == "inspect":
            return _inspect(given.paths, given.jobs, as_json=given.json)
        if given.group == "convert":
            return _convert(vars(given))
        if given.group == "dns":
            return _dns(home, vars(given))
        return _command(home, given)
    except (ConfigurationError, Refused) as error:
        print(f"printgate: {error}", file=sys.stderr)
        return 1


def _serve(home: Path, given: Any) -> int:
    from gateway.serve import serve  # noqa: PLC0415 - the server's parts are slow to import and not needed to ask

    overrides = {name: getattr(given, name) for name in ("host", "port") if getattr(given, name) is not None}
    if given.no_mdns:
        overrides["mdns"] = False
    return asyncio.run(serve(load(home, overrides)))


def _inspect(paths: list[str], jobs: int, *, as_json: bool) -> int:
    from pdl.command import Bar, inspect_paths, lines  # noqa: PLC0415 - see above
    from pdl.errors import SandboxFailed  # noqa: PLC0415

    missing = [path for path in paths if not os.path.lexists(path)]
    if missing:
        print(f"printgate: there is no {', no '.join(missing)}", file=sys.stderr)
        return 1
    bar = Bar()
    try:
        found = inspect_paths(paths, jobs, bar.tell)
    except SandboxFailed as error:
        raise Refused(error.reason) from None
    finally:
        bar.end()
    alone = len(paths) == 1 and not Path(paths[0]).is_dir()
    if alone and "error" in found[0]:
        print(f"printgate: {paths[0]} {found[0]['error']}", file=sys.stderr)
    elif as_json or alone:
        _print(found[0] if alone else found, as_json=as_json)
    else:
        print("\n".join(lines(found)))
    return int(any("error" in row for row in found))


def _convert(given: dict[str, Any]) -> int:
    from pdl.convert import convert  # noqa: PLC0415 - see above
    from pdl.convert_wishes import WishRefused, target_of  # noqa: PLC0415
    from pdl.errors import PdlError  # noqa: PLC0415

    try:
        target = target_of(given)
    except WishRefused as error:
        print(f"printgate: {error}", file=sys.stderr)
        return 2
    try:
        convert(given["path"], target, given["out"])
    except PdlError as error:
        raise Refused(error.reason) from None
    except BrokenPipeError:
        return 1  # whoever read our output has enough
    except OSError as error:
        raise Refused(f"{error.filename or given['out']}: {error.strerror or error}") from None
    return 0


def _dns(home: Path, given: dict[str, Any]) -> int:
    from gateway.dns_text import table, text  # noqa: PLC0415 - see above

    told = _asked(home, f"dns {given['verb']}", {"host": given["host"], "port": given["port"]})
    if given["json"]:
        _print(table(given, told), as_json=True)
    else:
        sys.stdout.write(text(given["verb"], given, told))
    return 0


def _command(home: Path, given: Any) -> int:
    values = {name: value for name, value in vars(given).items() if name not in _NOT_SENT}
    if values.pop("password_stdin", False):
        values["password"] = sys.stdin.readline().rstrip("\n")
    name = f"{given.group} {given.verb}" if "verb" in given else given.group
    _print(_asked(home, name, values), as_json=given.json)
    return 0


def _asked(home: Path, name: str, values: dict[str, Any]) -> Any:
    try:
        return ask(home, name, values)
    except (FileNotFoundError, ConnectionError, NotADirectoryError):
        return asyncio.run(_beside(home, name, values))


async def _beside(home: Path, name: str, values: dict[str, Any]) -> Any:
    """No server runs: take the home's lock and do it ourselves."""
    from gateway.commands import Commands  # noqa: PLC0415 - see above
    from gateway.control import REFUSALS  # noqa: PLC0415
    from gateway.core import Core  # noqa: PLC0415

    try:
        core = await Core.open(load(home, {}))
        try:
            return await Commands(core).run(name, values)
        finally:
            await core.close()
    except REFUSALS as error:
        raise Refused(str(error)) from None


_NOT_SENT = frozenset({"home", "version", "group", "verb", "json"})


def _print(found: Any, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    elif isinstance(found, list):
        _table(found)
    else:
        for name, value in found.items():
            print(f"{name}: {_plain(value)}")


def _table(rows: list[dict[str, Any]]) -> None:
    if not rows:
        print("none")
        return
    names = [name for name in rows[0] if name not in _LONG]
    cells = [[name.replace("_", " ") for name in names], *([_plain(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


_LONG = frozenset({"uuid", "id_", "media", "formats", "reasons", "charge", "expires", "completed", "path", "message"})


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
