"""The house plan holds: who imports whom, where SQL stands, what the folders are for."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage import migrations
from storage.database import metadata

ROOT = Path(__file__).parents[2]
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
RULES = (
    "jobs/lifecycle.py",
    "jobs/ticket.py",
    "jobs/queue.py",
    "jobs/holding.py",
    "jobs/order.py",
    "jobs/overrides.py",
    "jobs/job_password.py",
    "accounting/price.py",
    "pdl/sheets.py",
    "pdl/overrides.py",
    "pdl/wishes.py",
    "release/plan.py",
    "release/plan_attributes.py",
    "release/plan_device.py",
    "release/plan_sheets.py",
    "release/offer.py",
)


def named(path):
    return str(path.relative_to(ROOT))


def imports(path):
    """(module, name) of each import of a file; name is None for `import module`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def test_the_layers_hold():
    checker = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([checker, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout[-3000:]
    assert " 0 broken" in done.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_the_readme_says_what_lives_in_each_folder(package):
    first = (importlib.import_module(package).__doc__ or "").splitlines()[0].rstrip(".")
    row = re.search(rf"^ +{package}/ +(.+)$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert row is not None and row[1].rstrip(".").lower() == first.lower()


def test_all_packages_come_from_this_folder():
    found = {package: Path(importlib.import_module(package).__file__).parent for package in PACKAGES}
    assert found == {package: ROOT / package for package in PACKAGES}


def test_the_wheel_holds_all_packages():
    built = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"][
        "packages"
    ]
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks", "scripts"}
    assert set(built) == set(PACKAGES) == folders


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_sql_stands_in_stores_only(path):
    if path.name in ("store.py", "tables.py") or path.name.endswith("_store.py") or named(path).startswith("storage/"):
        return
    if named(path) == "events/audit.py":  # a store and its one rule: the chain cannot be written without reading it
        return
    found = [
        (module, name) for module, name in imports(path) if module.split(".")[0] in ("sqlalchemy", "sqlite3", "alembic")
    ]
    assert [pair for pair in found if pair != ("sqlalchemy", "Connection")] == []


@pytest.mark.parametrize("rule", RULES)
def test_rules_do_no_io(rule):
    found = {module.split(".")[0] for module, _ in imports(ROOT / rule)}
    assert (
        found & {"asyncio", "aiohttp", "sqlalchemy", "socket", "ssl", "os", "pathlib", "subprocess", "threading"}
        == set()
    )


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_nothing_is_left_to_do(path):
    assert re.findall(r"\b(?:TODO|FIXME|XXX|NotImplementedError)\b", path.read_text()) == []


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_modules_and_functions_are_of_a_size_to_be_read(path):
    text = path.read_text()
    tree = ast.parse(text)
    # Tables are exempt: enumerations, registries of names, words, the list of a printer's attributes.
    tables = named(path).startswith(("ipp/rows/", "ipp/enums", "storage/migrations/", "web/words", "web/locale"))
    assert tables or len(text.splitlines()) <= 400
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [(node.name, node.end_lineno - node.lineno + 1) for node in functions if node.end_lineno - node.lineno >= 60]
    assert tables or long == []


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_every_module_and_public_name_is_explained(path):
    if named(path).startswith("storage/migrations/versions"):
        return
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    public = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    assert [node.name for node in public if not ast.get_docstring(node)] == []


def test_the_migrations_make_the_declared_tables(tmp_path):
    for path in MODULES:
        if path.name in ("store.py", "tables.py", "audit.py", "settings.py"):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'rows.db'}")
    try:
        migrations.upgrade(engine)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
            kept = dict(
                connection.exec_driver_sql(
                    "SELECT name, sql FROM sqlite_master WHERE sql LIKE 'CREATE INDEX%' OR sql LIKE 'CREATE UNIQUE INDEX%'"
                ).all()
            )
        # The comparison above does not look at the conditions of indexes.
        assert [
            index.name
            for table in metadata.tables.values()
            for index in table.indexes
            if (" WHERE " in kept[index.name]) != (index.dialect_options["sqlite"]["where"] is not None)
        ] == []
    finally:
        engine.dispose()


def test_every_table_is_known_to_the_migrations():
    assert {
        "job",
        "queue",
        "device",
        "attempt",
        "account",
        "entry",
        "posting",
        "reservation",
        "price",
        "person",
        "credential",
        "audit",
        "document",
        "document_key",
        "web_session",
        "web_link",
    } <= set(metadata.tables)


def test_every_package_has_its_tests():
    mirrored = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    missing = set(PACKAGES) - mirrored - {"ipp_server"}
    assert missing == set()
