"""One file, the environment, the command line: the later wins, and what cannot be says where."""

import argparse

import pytest

from gateway.arguments import COMMANDS, duration, parser, truth
from gateway.config import ConfigurationError, Settings, load


def write(home, text):
    (home / "printgate.toml").write_text(text)


def test_defaults(tmp_path):
    assert load(tmp_path, {}, {}) == Settings(tmp_path)


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(tmp_path):
    write(
        tmp_path,
        'port = 1\nhost = "192.0.2.1"\nlanguage = "fr"\nnames = ["a.example", "b.example"]\nbody_idle = 5\nmdns = false\n',
    )
    environment = {
        "PRINTGATE_PORT": "2",
        "PRINTGATE_LANGUAGE": "en",
        "PRINTGATE_NAMES": "c.example d.example",
        "PRINTGATE_PLAIN_HTTP": "Yes",
    }
    settings = load(tmp_path, {"port": 3}, environment)
    assert (settings.port, settings.host, settings.language, settings.names) == (
        3,
        "192.0.2.1",
        "en",
        ("c.example", "d.example"),
    )
    assert (settings.body_idle, settings.mdns, settings.plain_http) == (5.0, False, True) and isinstance(
        settings.body_idle, float
    )


def test_another_file(tmp_path):
    (tmp_path / "other.toml").write_text('organization = "Lycée"')
    assert load(tmp_path, {}, {"PRINTGATE_CONFIG": str(tmp_path / "other.toml")}).organization == "Lycée"


@pytest.mark.parametrize(("text", "words"), [
    ("port = ", "is not TOML"),
    ("colour = 1", "no setting called colour"),
    ('home = "/"', "no setting called home"),
    ('port = "many"', "port cannot be 'many'"),
    ("port = 65536", "between 0 and 65535"),
    ("port = -1", "between 0 and 65535"),
    ('mdns = "perhaps"', "mdns cannot be 'perhaps'"),
    ('log_level = "loud"', "one of debug"),
    ('unknown_policy = "ask"', "one of free, charge"),
    ('certificate = "a.pem"', "belong together"),
    ("stop_limit = -1", "stop_limit is a number"),
    ("stop_limit = nan", "stop_limit is a number"),
    ("body_idle = inf", "body_idle is a number"),
    ("port = [1]", "port cannot be"),
    ('operator_networks = ["here"]', "operator_networks: .*written like 192.0.2.0/24"),
    ('fetch_from = ["gopher://x"]', "fetch_from: gopher://x: .*https, http, ftp alone"),
])  # fmt: skip
def test_what_cannot_be(tmp_path, text, words):
    write(tmp_path, text)
    with pytest.raises(ConfigurationError, match=words):
        load(tmp_path, {}, {})


def test_a_wrong_variable_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="PRINTGATE_PORT: port cannot be 'x'"):
        load(tmp_path, {}, {"PRINTGATE_PORT": "x"})


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "printgate.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path, {}, {})
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path, {}, {"PRINTGATE_CONFIG": str(tmp_path)})


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("15m", 900),
        ("24h", 86_400),
        ("7d", 604_800),
        ("2w", 1_209_600),
        (" 5 M ", 300),
        ("0", 0),
    ],
)
def test_duration(text, seconds):
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "-1", "1.5h", "1h30m", "1y", "９９", "1" * 10, "1e3"])
def test_no_duration(text):
    if text == "９９":  # digits all the same
        assert duration(text) == 99
        return
    with pytest.raises(argparse.ArgumentTypeError):
        duration(text)


def test_truth():
    assert truth("Yes") is True and truth("no") is False
    with pytest.raises(argparse.ArgumentTypeError):
        truth("maybe")


def test_every_command_is_parsed_and_known():
    from gateway.commands import _TABLE

    spoken = {f"{group} {verb}" for group, verbs in COMMANDS.items() for verb in verbs} | {"first-run"}
    assert spoken == set(_TABLE)
    given = parser().parse_args(
        ["queue", "add", "x", "--kind", "direct", "--device", "a", "--device", "b", "--retention", "2h"]
    )
    assert (given.device, given.retention) == (["a", "b"], 7200)
