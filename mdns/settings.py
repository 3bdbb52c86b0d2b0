"""How a gateway appears on the network: its host name, and the host its clients are sent to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """How this gateway appears.

    `host` is a label unique on the network (nobody asks whether it is), `interfaces` are names or addresses (all
    that lead outward when empty). `target` is a host that clients are sent to instead of this one, as a load
    balancer, and `addresses` are its; a target outside .local has its addresses in the DNS.
    """

    host: str
    interfaces: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    target: str = ""


def host_label(node: str) -> str:
    """Host label of the gateway with this node id: `printgate-` and its first letters and digits, lower case."""
    kept = "".join(c for c in node.lower() if c.isascii() and c.isalnum())[:16]
    if not kept:
        raise ValueError("A node id needs at least one letter or digit.")
    return f"printgate-{kept}"


def target_host(settings: Settings) -> str:
    """Full name, with its last dot, of the host clients are sent to; ValueError when it is no host name."""
    own = settings.host.removesuffix(".").removesuffix(".local")
    if "." in own or not is_host(own):
        raise ValueError(f"The host {settings.host!r} must be letters, digits and hyphens.")
    target = settings.target.removesuffix(".")
    if not target:
        return f"{own}.local."
    full = target if "." in target else f"{target}.local"
    if not is_host(full):
        raise ValueError(f"The host {settings.target!r} must be letters, digits, hyphens and dots.")
    return f"{full}."


def is_host(name: str) -> bool:
    """Whether a name without a last dot is a host's (RFC 1123 §2.1)."""
    labels = name.split(".")
    return len(name) <= 253 and all(0 < len(x) <= 63 and x.isascii() and x.replace("-", "").isalnum() for x in labels)
