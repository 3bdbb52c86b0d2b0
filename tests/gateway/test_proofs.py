"""The ways of proving who prints, as they are configured: what is loaded, what is said of it, what stops the start."""

import importlib.util
import subprocess
import sys

import pytest

from directory.errors import KerberosUnusable, OAuthUnusable
from gateway.config import ConfigurationError, Settings, load
from gateway.proofs import advertised, proofs
from tests.gateway.conftest import serve_in_vain

OAUTH = {"oauth_authorization_server_uri": "https://login.test/realm", "oauth_audience": "print"}


async def test_without_settings_there_are_passwords_and_addresses(core):
    made = proofs(core.settings, core)
    assert made.kerberos is None and made.bearer is None and made.tokens is core.tokens
    assert made.challenges() == ['Basic realm="Printgate", charset="UTF-8"']
    assert advertised(core.settings) == (("basic",), ())


def test_what_is_not_configured_is_not_loaded():
    program = "import sys; import gateway.app; print(sorted({'jwt', 'gssapi', 'directory.bearer'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


async def test_an_oauth_server(core, tmp_path):
    settings = Settings(tmp_path, **OAUTH, oauth_scope=("print", "openid"))
    made = proofs(settings, core)
    assert (made.bearer.rules.issuer, made.bearer.rules.scope) == ("https://login.test/realm", ("print", "openid"))
    assert made.challenges("Bearer x")[0] == 'Bearer realm="Printgate", scope="print openid", error="invalid_token"'
    assert "error" not in made.challenges("Basic x")[0]
    ways, attributes = advertised(settings)
    assert ways == ("oauth", "basic")
    assert [attribute.name for attribute in attributes] == [
        "oauth-authorization-scope",
        "oauth-authorization-server-uri",
    ]
    assert [attribute.name for attribute in advertised(Settings(tmp_path, **OAUTH))[1]] == [
        "oauth-authorization-server-uri"
    ]
    await made.close()
    other = Settings(tmp_path, **OAUTH, oauth_issuer="https://issuer.test")
    assert proofs(other, core).bearer.rules.issuer == "https://issuer.test"


async def test_an_oauth_server_in_the_clear_is_refused(core, tmp_path):
    with pytest.raises(OAuthUnusable, match="https"):
        proofs(Settings(tmp_path, **OAUTH | {"oauth_authorization_server_uri": "http://login.test"}), core)


async def test_a_keytab_that_is_not_there_stops_the_start(core, tmp_path):
    settings = Settings(tmp_path, kerberos_keytab=str(tmp_path / "none"), kerberos_realms=("TEST",))
    words = "none" if importlib.util.find_spec("gssapi") else "pip install"
    with pytest.raises(KerberosUnusable, match=words):
        proofs(settings, core)
    assert advertised(settings)[0] == ("negotiate", "basic")
    home = tmp_path / "serving"
    home.mkdir()
    (home / "printgate.toml").write_text(f'kerberos_keytab = "{tmp_path}/none"\nkerberos_realms = ["TEST"]\n')
    done = serve_in_vain(home)
    assert done.returncode == 1 and done.stderr.startswith("printgate: ") and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('kerberos_keytab = "/x"', "kerberos_realms"),
        ('oauth_authorization_server_uri = "https://login.test"', "oauth_audience"),
        ("oauth_clock_skew = -1", "oauth_clock_skew"),
    ],
)
def test_settings_that_belong_together(tmp_path, text, words):
    (tmp_path / "printgate.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=words):
        load(tmp_path, {}, {})
