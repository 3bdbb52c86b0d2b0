"""How Ghostscript is asked for each output language: argument lists, and nothing else.

All run with -dSAFER, write to standard output, and say what they have to say on standard error. `{input}` is
the document's path in the sandbox.
"""

from dataclasses import dataclass

PROGRAM = "gs"
INPUT = "{input}"

# AutoRotatePages would turn a page by the direction of its text: pages are turned by `pdl.arrange` alone.
_ALWAYS = (
    PROGRAM, "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", "-dNOPROMPT", "-dAutoRotatePages=/None", "-dUseCropBox",
    "-sstdout=%stderr", "-sOutputFile=%stdout",
)  # fmt: skip
# A document's comments are not to choose how its PDF is made.
_AS_PRINTED = ("-dParseDSCComments=false",)
_GRAY = ("-sColorConversionStrategy=Gray", "-sProcessColorModel=DeviceGray")

# pwg-raster-document-type: (cupsColorSpace, cupsBitsPerColor, whether it can hold colour). PWG 5102.4 table 10.
RASTER_TYPES: dict[str, tuple[int, int, bool]] = {
    "adobe-rgb_8": (20, 8, True),
    "adobe-rgb_16": (20, 16, True),
    "black_1": (3, 1, False),
    "black_8": (3, 8, False),
    "black_16": (3, 16, False),
    "cmyk_8": (6, 8, True),
    "cmyk_16": (6, 16, True),
    "rgb_8": (1, 8, True),
    "rgb_16": (1, 16, True),
    "sgray_1": (18, 1, False),
    "sgray_8": (18, 8, False),
    "sgray_16": (18, 16, False),
    "srgb_8": (19, 8, True),
    "srgb_16": (19, 16, True),
}
# Colours of a space that is not sRGB are converted by this profile of Ghostscript's own.
_PROFILES = {20: "a98.icc"}


@dataclass(frozen=True, slots=True)
class Printing:
    """What a page description language can ask of the printer by itself; `resolution` is dpi."""

    resolution: tuple[int, int] = (600, 600)
    color: bool = True
    duplex: bool = False
    tumble: bool = False
    copies: int = 1

    @property
    def request(self) -> str:
        """The PostScript that asks for it, copies collated."""
        sides = f"/Duplex {_truth(self.duplex)} /Tumble {_truth(self.duplex and self.tumble)}"
        copies = f" /NumCopies {self.copies} /Collate true" if self.copies > 1 else ""
        return f"<< {sides}{copies} >> setpagedevice"


def to_pdf(*, prologue: str = "", epilogue: str = "", sheet: tuple[float, float] | None = None) -> list[str]:
    """PostScript into PDF; PostScript of ours before and after it, `sheet` (points) where it asks for no size."""
    return [
        *_ALWAYS,
        "-sDEVICE=pdfwrite",
        "-dCompatibilityLevel=1.7",
        *_AS_PRINTED,
        *(_default_size(sheet) if sheet else ()),
        *(("-c", prologue) if prologue else ()),
        "-f",
        INPUT,
        *(("-c", epilogue) if epilogue else ()),
    ]


def to_gray_pdf() -> list[str]:
    """PDF into PDF without colour."""
    return [*_ALWAYS, "-sDEVICE=pdfwrite", "-dCompatibilityLevel=1.7", *_GRAY, INPUT]


def to_raster(
    layout: str, raster_type: str, resolution: tuple[int, int], sheet: tuple[float, float] | None
) -> list[str]:
    """PDF into PWG (`pwg`) or Apple (`urf`) raster of the type `raster_type`; sides and copies are not asked here.

    `sheet` (points) holds each page to exactly that size: a device counts its pixels. None: each page's own.
    """
    space, bits, _ = RASTER_TYPES[raster_type]
    device = "pwgraster" if layout == "pwg" else "appleraster"
    # Duplex is left to `pdl.raster_write`: asked for it, this device adds a blank page to an odd document.
    return [
        *_ALWAYS,
        f"-sDEVICE={device}",
        f"-r{resolution[0]}x{resolution[1]}",
        f"-dcupsColorSpace={space}",
        f"-dcupsBitsPerColor={bits}",
        *((f"-sOutputICCProfile={_PROFILES[space]}",) if space in _PROFILES else ()),
        *(_fixed(sheet) if sheet else ()),
        INPUT,
    ]


def to_postscript(printing: Printing) -> list[str]:
    """PDF into PostScript level 2; the request stands in the document's set-up, and a printer may ignore it."""
    # `stopped` keeps a printer that does not know a key from ending the job with an error page.
    request = f"mark {{ {printing.request} }} stopped cleartomark"
    return [
        *_ALWAYS,
        "-sDEVICE=ps2write",
        f"-r{printing.resolution[0]}x{printing.resolution[1]}",
        *(() if printing.color else _GRAY),
        "-c",
        f"<< /PSDocOptions ({request}) >> setdistillerparams",
        "-f",
        INPUT,
    ]


def to_pclxl(printing: Printing) -> list[str]:
    """PDF into PCL XL; copies become PageCopies of each page."""
    return [
        *_ALWAYS,
        f"-sDEVICE={'pxlcolor' if printing.color else 'pxlmono'}",
        f"-r{printing.resolution[0]}x{printing.resolution[1]}",
        "-c",
        printing.request,
        "-f",
        INPUT,
    ]


def to_pcl5(resolution: tuple[int, int], sheet: tuple[float, float] | None, *, color: bool) -> list[str]:
    """PDF into the rows of PCL 5; sides and copies are for `pdl.pcl5_write` to ask."""
    return [
        *_ALWAYS,
        f"-sDEVICE={'cljet5c' if color else 'ljet4'}",
        f"-r{resolution[0]}x{resolution[1]}",
        *(_fixed(sheet) if sheet else ()),
        # Pixels to the edge of the sheet: the device itself leaves out what it cannot print on.
        "-c",
        "<< /.HWMargins [0 0 0 0] /Margins [0 0] >> setpagedevice",
        "-f",
        INPUT,
    ]


def to_pixels(resolution: tuple[int, int], sheet: tuple[float, float] | None, *, color: bool) -> list[str]:
    """PDF into pages of PNM, one after the other: sRGB, or without `color` gray."""
    return [
        *_ALWAYS,
        f"-sDEVICE={'ppmraw' if color else 'pgmraw'}",
        f"-r{resolution[0]}x{resolution[1]}",
        *(_fixed(sheet) if sheet else ()),
        INPUT,
    ]


def to_jpeg(resolution: tuple[int, int], sheet: tuple[float, float] | None, quality: int, *, color: bool) -> list[str]:
    """PDF of one page into JPEG."""
    return [
        *_ALWAYS,
        f"-sDEVICE={'jpeg' if color else 'jpeggray'}",
        f"-r{resolution[0]}x{resolution[1]}",
        f"-dJPEGQ={quality}",
        # Dots are not what such a printer prints: edges are smoothed.
        "-dTextAlphaBits=4",
        "-dGraphicsAlphaBits=4",
        *(_fixed(sheet) if sheet else ()),
        INPUT,
    ]


def _fixed(sheet: tuple[float, float]) -> tuple[str, ...]:
    return "-dFIXEDMEDIA", *_default_size(sheet)


def _default_size(sheet: tuple[float, float]) -> tuple[str, ...]:
    return f"-dDEVICEWIDTHPOINTS={sheet[0]:.4f}", f"-dDEVICEHEIGHTPOINTS={sheet[1]:.4f}"


def _truth(value: bool) -> str:
    return "true" if value else "false"
