"""The command line's words: one table of options per command, and how durations are written."""

import argparse
import os
import re
from pathlib import Path
from typing import Any, Final

_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}

# As `jobs.queue` has them: the words of the command line are known before the gateway is loaded.
STAMPS: Final = (
    "off", "top-left", "top", "top-right", "left", "center", "right", "bottom-left", "bottom", "bottom-right",
    "diagonal",
)  # fmt: skip
BANNERS: Final = ("none", "before", "after")
OFFER_RULES: Final = ("union", "intersection")

Option = tuple[tuple[str, ...], dict[str, Any]]


def duration(text: str) -> int:
    """Read 90, 90s, 15m, 24h, 7d or 2w as seconds."""
    found = re.fullmatch(r"(\d{1,9})\s*([smhdw]?)", text.strip().lower())
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: write 90s, 15m, 24h or 7d")
    return int(found[1]) * _UNITS[found[2]]


def truth(text: str) -> bool:
    """Read yes or no."""
    if text.lower() not in ("yes", "no"):
        raise argparse.ArgumentTypeError("write yes or no")
    return text.lower() == "yes"


def content(path: str) -> str:
    """Read a text file."""
    try:
        return Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"{path} cannot be read: {error}") from None


def _o(*names: str, **settings: Any) -> Option:
    return names, settings


_NAME = _o("name")
_ID = _o("id", help="the number or the UUID of a job")
_QUEUE: Final = (
    _o("--kind", choices=("follow-me", "secure", "direct"), help="what becomes of an accepted job"),
    _o("--device", action="extend", nargs="+", metavar="D", help="devices of the pool"),
    _o("--default-device", metavar="D", help="where a job goes when nobody names a device"),
    _o("--offer-rule", choices=OFFER_RULES, help="offer what one of the devices can do, or what all can (union)"),
    _o("--trusted-network", action="extend", nargs="+", metavar="CIDR", help="believe user names from there"),
    _o("--operator-network", action="extend", nargs="+", metavar="CIDR", help="people from there are operators"),
    _o("--tokens-over-plain", type=truth, metavar="yes|no", help="take people's own addresses without TLS, too"),
    _o("--release-after", type=duration, metavar="SECONDS", help="release held jobs by themselves"),
    _o("--retention", type=duration, metavar="DURATION", help="how long a held job waits (default 24h)"),
    _o("--retain-for", type=duration, metavar="DURATION", help="how long a printed document is kept (default 0)"),
    _o("--accept-unowned", type=truth, metavar="yes|no", help="take jobs from nobody known, to be claimed by code"),
    _o("--accepting", type=truth, metavar="yes|no", help="whether the queue takes jobs"),
    _o("--refuse-mismatch", type=truth, metavar="yes|no", help="refuse documents that are not what was declared"),
    _o("--stamp", choices=STAMPS, help="where each page carries who printed it (default off)"),
    _o("--stamp-text", metavar="TEXT", help="what it says, with {user} {name} {date} {time} {device} {job} {title}"),
    _o("--stamp-qr", type=truth, metavar="yes|no", help="whether the stamp has the job's number as a QR code"),
    _o("--require-stamp", type=truth, metavar="yes|no", help="refuse documents that cannot be stamped"),
    _o("--banner", choices=BANNERS, help="a page that says whose the sheets are (default none)"),
    _o("--max-bytes", type=int, metavar="N", help="largest document"),
    _o("--info", help="name shown to people"),
    _o("--location", help="where it is"),
)
_PRICE: Final = (
    _o("--mono", type=int, metavar="N", help="price of a black and white side, in the currency's smallest unit"),
    _o("--color", type=int, metavar="N", help="price of a colour side"),
    _o("--sheet", type=int, metavar="N", help="price of a sheet of paper"),
)
_DEVICE: Final = (_o("--info", help="name shown to people"), _o("--location", help="where it stands"), *_PRICE)
_USER: Final = (
    _o("--password-stdin", action="store_true", help="read the password from standard input"),
    _o("--display-name", help="name shown to people"),
)
_DNS: Final = (
    _o("--domain", help="zone in which the printers are told (default that of the host)"),
    _o("--host", help="name by which clients reach the gateway, or its load balancer (default dns_host, or our own)"),
    _o("--port", type=int, metavar="N", help="and the port there (default that of the gateway)"),
    _o("--address", action="extend", nargs="+", metavar="ADDR", help="write these addresses of the host as well"),
    _o("--ttl", type=duration, default=3600, metavar="DURATION", help="how long records may be kept (default 1h)"),
    _o("--previous", type=content, metavar="FILE", help="the zone as dig axfr says it is, or as written last"),
)
_FLAGS: Final = (
    _o("--administrator", type=truth, metavar="yes|no", help="may administer"),
    _o("--restricted", type=truth, metavar="yes|no", help="prints only while credit lasts"),
)

COMMANDS: Final[dict[str, dict[str, tuple[Option, ...]]]] = {
    "queue": {
        "list": (),
        "show": (_NAME,),
        "add": (_NAME, *_QUEUE),
        "set": (_NAME, *_QUEUE, _o("--no-release-after", action="store_true", help="hold until released")),
        "remove": (_NAME,),
    },
    "device": {
        "list": (),
        "show": (_NAME,),
        "add": (_NAME, _o("uri"), *_DEVICE),
        "set": (
            _NAME,
            _o("--uri"),
            _o("--rename", metavar="NAME"),
            _o("--enabled", type=truth, metavar="yes|no"),
            *_DEVICE,
        ),
        "remove": (_NAME,),
    },
    "user": {
        "list": (),
        "show": (_NAME,),
        "add": (_NAME, *_USER, *_FLAGS),
        "set": (
            _NAME,
            *_USER,
            *_FLAGS,
            _o("--disabled", type=truth, metavar="yes|no", help="may not sign in"),
            _o("--credit", type=int, metavar="N", help="add to (or, negative, take from) the credit"),
            _o("--memo", help="why the credit changes"),
        ),
        "remove": (_NAME,),
    },
    "job": {
        "list": (
            _o("--queue", metavar="Q"),
            _o("--waiting", action="store_true", help="only those that have not ended"),
            _o("--all", action="store_true", help="not only the newest 200"),
            _o("--limit", type=int, default=200),
        ),
        "show": (_ID,),
        "release": (_ID, _o("--device", metavar="D"), _o("--again", action="store_true", help="it may have printed")),
        "hold": (_ID,),
        "cancel": (_ID,),
        "settle": (_ID, _o("--printed", type=truth, required=True, metavar="yes|no")),
    },
    "token": {
        "list": (_o("user"),),
        "add": (
            _o("user"),
            _o("label", help="the device that it is for, such as Laptop"),
            _o("--queue", metavar="Q", help="show the address of this queue only"),
            _o("--expires", type=duration, metavar="DURATION", help="when it ends, in whole days (default never)"),
        ),
        "revoke": (_o("id", help="as `token list` shows it"),),
    },
    "dns": {
        "zone": (
            *_DNS,
            _o("--nameserver", action="extend", nargs="+", metavar="HOST", help="write a whole zone, served by these"),
            _o("--contact", metavar="ADDRESS", help="who answers for the zone (default hostmaster)"),
            _o("--serial", type=int, metavar="N", help="of the zone (default by date, more than the previous)"),
        ),
        "nsupdate": (
            *_DNS,
            _o("--alone", action="store_true", help="take out all other printers of the domain"),
        ),
    },
    "price": {"show": (), "set": (_o("--device", metavar="D"), *_PRICE)},
}

CONVERT: Final = (
    _o("path", metavar="IN", help="the document"),
    _o("out", metavar="OUT", help="the file to write, - for standard output"),
    _o("--to", required=True, metavar="FORMAT", help="pdf, pwg, urf, pclm, ps, pcl, pclxl, jpeg or a MIME type"),
    _o("--pages", metavar="1-3,5", help="pages of the document (default all)"),
    _o("--copies", type=int, metavar="N", help="whole sets, one after the other"),
    _o("--sides", choices=("one-sided", "two-sided-long-edge", "two-sided-short-edge", "one", "long", "short")),
    _o("--number-up", type=int, choices=(1, 2, 4, 6, 9, 16), help="pages on a side"),
    _o("--media", metavar="NAME", help="a4, letter, 210x297mm, iso_a4_210x297mm (default: as the document)"),
    _o("--scaling", choices=("auto", "auto-fit", "fill", "fit", "none"), help="how pages are put on the media"),
    _o("--orientation", choices=("portrait", "landscape", "reverse-landscape", "reverse-portrait")),
    _o("--margins", metavar="MM", help="what cannot be printed on: one for all or left,bottom,right,top"),
    _o("--mono", action="store_true", help="gray instead of colour"),
    _o("--dpi", type=int, metavar="N", help="dots per inch (default 600 for ps, pcl and pclxl, else 300)"),
    _o("--raster-type", metavar="TYPE", help="of PWG raster and URF: srgb_8, sgray_8, black_1, ..."),
    _o("--sheet-back", choices=("normal", "flipped", "rotated", "manual-tumble"), help="how backs are fed"),
    _o("--strip-height", type=int, metavar="N", help="rows of a strip of PCLm (default 16)"),
    _o("--compression", choices=("flate", "rle", "jpeg"), help="of PCLm (default flate)"),
    _o("--quality", type=int, metavar="N", help="of JPEG, 1 to 100 (default 90)"),
)

HELP: Final = {
    "queue": "the printers that people see",
    "device": "the printers that print",
    "user": "people",
    "job": "documents",
    "token": "people's own printer addresses, for devices that cannot sign in",
    "dns": "records by which clients on other networks find the printers",
    "price": "what printing costs",
}


def parser() -> argparse.ArgumentParser:
    """Build the parser of the whole command line."""
    top = argparse.ArgumentParser(prog="printgate", description="An IPP-native print gateway.")
    top.add_argument(
        "--home", type=Path, default=None, help="folder of this gateway (default ./home, or PRINTGATE_HOME)"
    )
    top.add_argument("--version", action="store_true", help="say which version this is")
    groups = top.add_subparsers(dest="group", metavar="COMMAND")
    serve = groups.add_parser("serve", help="run the gateway")
    serve.add_argument("--host", metavar="ADDR", help="address to listen on (default all)")
    serve.add_argument("--port", type=int, metavar="N", help="port to listen on (default 8631)")
    serve.add_argument("--no-mdns", action="store_true", help="do not advertise printers on the network")
    inspect = groups.add_parser("inspect", help="say what is in documents, and in whole folders of them")
    inspect.add_argument("paths", nargs="+", metavar="FILE|DIR")
    inspect.add_argument("--json", action="store_true", help="print JSON: an object for a file, else an array of them")
    inspect.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="documents at a time")
    convert = groups.add_parser("convert", help="write a document in another format, as it would be printed")
    for names, settings in CONVERT:
        convert.add_argument(*names, **settings)
    link = groups.add_parser("first-run", help="make a new one-time link for the first run")
    link.add_argument("--json", action="store_true", help="print JSON")
    for group, verbs in COMMANDS.items():
        actions = groups.add_parser(group, help=HELP[group]).add_subparsers(dest="verb", metavar="VERB", required=True)
        for verb, options in verbs.items():
            action = actions.add_parser(verb)
            for names, settings in options:
                action.add_argument(*names, **settings)
            action.add_argument("--json", action="store_true", help="print JSON")
    return top
