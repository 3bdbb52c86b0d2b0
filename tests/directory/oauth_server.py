"""An authorisation server on a loopback port: metadata, keys that rotate, and access tokens that it truly signs."""

import time

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE = "https://print.test"
_RSA = [rsa.generate_private_key(65537, 2048) for _ in range(2)]  # slow to make: shared by all tests


def signing_key(algorithm, number=0):
    """A key pair for an algorithm."""
    if algorithm[:2] in ("RS", "PS"):
        return _RSA[number]
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(
        {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}[algorithm]
    )


def public_row(key, **words):
    """The row of a key in the server's set."""
    kinds = {
        rsa.RSAPrivateKey: RSAAlgorithm,
        ec.EllipticCurvePrivateKey: ECAlgorithm,
        ed25519.Ed25519PrivateKey: OKPAlgorithm,
    }
    kind = next(found for base, found in kinds.items() if isinstance(key, base))
    return kind.to_jwk(key.public_key(), as_dict=True) | words


class OAuthServer:
    """The server; what it answers may be changed at any time, and `asked` counts the paths that were fetched."""

    def __init__(self, path=""):
        self.path, self.asked, self.away = path, [], False
        self.key, self.kid, self.algorithm = signing_key("RS256"), "one", "RS256"
        self.rows = [public_row(self.key, kid="one", use="sig", alg="RS256")]
        self.oidc, self.metadata = False, {}

    async def start(self):
        application = web.Application()
        application.router.add_get("/{tail:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        self.uri = self.issuer = self.base + self.path
        return self

    async def stop(self):
        await self._runner.cleanup()

    async def _answer(self, request):
        self.asked.append(request.path)
        if self.away:
            return web.Response(status=503)
        place = (
            f"{self.path}/.well-known/openid-configuration"
            if self.oidc
            else f"/.well-known/oauth-authorization-server{self.path}"
        )
        if request.path == place:
            return web.json_response({"issuer": self.issuer, "jwks_uri": f"{self.base}/keys"} | self.metadata)
        if request.path == "/keys":
            return web.json_response({"keys": self.rows})
        return web.Response(status=404)

    def rotate(self):
        """From now on sign with another key, and know the old one no more."""
        self.key, self.kid = _RSA[1], "two"
        self.rows = [public_row(self.key, kid="two")]

    def claims(self, name="ada", **words):
        now = int(time.time())
        found = {"iss": self.issuer, "aud": AUDIENCE, "exp": now + 600, "iat": now, "preferred_username": name}
        return {name: value for name, value in (found | words).items() if value is not None}

    def token(self, name="ada", *, header=None, key=None, algorithm=None, **words):
        headers = {"kid": self.kid, "typ": "at+jwt"} | (header or {})
        made = {name: value for name, value in headers.items() if value is not None}
        return jwt.encode(self.claims(name, **words), key or self.key, algorithm or self.algorithm, headers=made)
