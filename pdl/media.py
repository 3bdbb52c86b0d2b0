"""Sizes of paper and their names (PWG 5101.1-2013, Media Standardized Names). Hundredths of millimetres."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# Table 3 to 7 of the standard: the sizes that devices of offices take. The size stands in the name.
STANDARD_NAMES = """
na_index-3x5_3x5in na_personal_3.625x6.5in na_monarch_3.875x7.5in na_number-9_3.875x8.875in
na_index-4x6_4x6in na_number-10_4.125x9.5in na_a2_4.375x5.75in na_number-11_4.5x10.375in
na_number-12_4.75x11in na_5x7_5x7in na_index-5x8_5x8in na_number-14_5x11.5in na_invoice_5.5x8.5in
na_6x9_6x9in na_c5_6.5x9.5in na_executive_7.25x10.5in na_govt-letter_8x10in na_govt-legal_8x13in
na_quarto_8.5x10.83in na_letter_8.5x11in na_fanfold-eur_8.5x12in na_foolscap_8.5x13in na_oficio_8.5x13.4in
na_legal_8.5x14in na_super-a_8.94x14in na_letter-plus_8.5x12.69in na_letter-extra_9.5x12in
na_legal-extra_9.5x15in na_9x11_9x11in na_arch-a_9x12in na_10x11_10x11in na_10x13_10x13in na_10x14_10x14in
na_10x15_10x15in na_11x12_11x12in na_edp_11x14in na_fanfold-us_11x14.875in na_11x15_11x15in
na_ledger_11x17in na_eur-edp_12x14in na_arch-b_12x18in na_12x19_12x19in na_b-plus_12x19.17in
na_super-b_13x19in na_c_17x22in na_arch-c_18x24in na_d_22x34in na_arch-d_24x36in asme_f_28x40in
na_wide-format_30x42in na_e_34x44in na_arch-e_36x48in na_f_44x68in
iso_2a0_1189x1682mm iso_a0_841x1189mm iso_a1_594x841mm iso_a2_420x594mm iso_a3_297x420mm
iso_a3-extra_322x445mm iso_a4_210x297mm iso_a4-tab_225x297mm iso_a4-extra_235.5x322.3mm iso_a5_148x210mm
iso_a5-extra_174x235mm iso_a6_105x148mm iso_a7_74x105mm iso_a8_52x74mm iso_a9_37x52mm iso_a10_26x37mm
iso_b0_1000x1414mm iso_b1_707x1000mm iso_b2_500x707mm iso_b3_353x500mm iso_b4_250x353mm iso_b5_176x250mm
iso_b5-extra_201x276mm iso_b6_125x176mm iso_b6c4_125x324mm iso_b7_88x125mm iso_b8_62x88mm iso_b9_44x62mm
iso_b10_31x44mm iso_c0_917x1297mm iso_c1_648x917mm iso_c2_458x648mm iso_c3_324x458mm iso_c4_229x324mm
iso_c5_162x229mm iso_c6_114x162mm iso_c6c5_114x229mm iso_c7_81x114mm iso_c7c6_81x162mm iso_c8_57x81mm
iso_c9_40x57mm iso_c10_28x40mm iso_dl_110x220mm iso_ra0_860x1220mm iso_ra1_610x860mm iso_ra2_430x610mm
iso_ra3_305x430mm iso_ra4_215x305mm iso_sra0_900x1280mm iso_sra1_640x900mm iso_sra2_450x640mm
iso_sra3_320x450mm iso_sra4_225x320mm
jis_b0_1030x1456mm jis_b1_728x1030mm jis_b2_515x728mm jis_b3_364x515mm jis_b4_257x364mm jis_b5_182x257mm
jis_b6_128x182mm jis_b7_91x128mm jis_b8_64x91mm jis_b9_45x64mm jis_b10_32x45mm jis_exec_216x330mm
jpn_chou2_111.1x146mm jpn_chou3_120x235mm jpn_chou4_90x205mm jpn_hagaki_100x148mm jpn_kahu_240x322.1mm
jpn_kaku2_240x332mm jpn_oufuku_148x200mm jpn_you4_105x235mm jpn_you6_98x190mm
prc_32k_97x151mm prc_1_102x165mm prc_2_102x176mm prc_4_110x208mm prc_6_120x320mm prc_7_160x230mm
prc_16k_146x215mm roc_8k_10.75x15.5in roc_16k_7.75x10.75in
om_small-photo_100x150mm om_italian_110x230mm om_postfix_114x229mm om_large-photo_200x300mm om_folio_210x330mm
om_folio-sp_215x315mm om_invite_220x220mm om_juuro-ku-kai_198x275mm om_pa-kai_267x389mm om_dai-pa-kai_275x395mm
om_wide-photo_100x200mm oe_photo-l_3.5x5in oe_photo-8r_8x10in oe_photo-10r_10x12in oe_square-photo_5x5in
""".split()  # noqa: SIM905 - a list literal would hide the table in quotes

# Keywords of RFC 8011 appendix C that are not the new name with a dash ("iso-a4" is iso_a4 and needs no row).
LEGACY_NAMES = {
    "a": "na_letter_8.5x11in",
    "b": "na_ledger_11x17in",
    "c": "na_c_17x22in",
    "d": "na_d_22x34in",
    "e": "na_e_34x44in",
    "executive": "na_executive_7.25x10.5in",
    "folio": "na_foolscap_8.5x13in",
    "invoice": "na_invoice_5.5x8.5in",
    "ledger": "na_ledger_11x17in",
    "tabloid": "na_ledger_11x17in",
    "quarto": "na_quarto_8.5x10.83in",
    "monarch-envelope": "na_monarch_3.875x7.5in",
    "na-number-9-envelope": "na_number-9_3.875x8.875in",
    "na-number-10-envelope": "na_number-10_4.125x9.5in",
    "na-6x9-envelope": "na_6x9_6x9in",
    "na-10x13-envelope": "na_10x13_10x13in",
    "iso-designated-long-envelope": "iso_dl_110x220mm",
    "iso-designated-long": "iso_dl_110x220mm",
}

A4 = (21000, 29700)

# A size is a standard one when both edges lie this near: producers round, and cut A4 to 595 points.
TOLERANCE = 200
# No printer takes a larger sheet; what a document claims beyond that is not a size (25.4 m).
LONGEST_EDGE = 2_540_000

_SELF_DESCRIBING = re.compile(r"[a-z0-9.-]+_[a-z0-9.-]+_(\d{1,6}(?:\.\d{1,6})?)x(\d{1,6}(?:\.\d{1,6})?)(mm|in)")
_UNIT = {"mm": 100, "in": 2540}


@dataclass(frozen=True, slots=True)
class Media:
    """A page's size as it is read (hundredths of millimetres) and the name of the sheet it fits."""

    width: int
    height: int
    name: str


# A page that does not say how large it is.
UNKNOWN_SIZE = Media(0, 0, "unknown")


def size_of(name: str) -> tuple[int, int]:
    """(width, height) of a PWG self-describing or RFC 8011 legacy name; ValueError for any other."""
    found = _SELF_DESCRIBING.fullmatch(LEGACY_NAMES.get(name) or _BY_LEGACY.get(name) or name)
    if found is None:
        raise ValueError(f"{name!r} is no name of a paper size")
    unit = _UNIT[found[3]]
    return round(float(found[1]) * unit), round(float(found[2]) * unit)


def name_for(width: int, height: int) -> str:
    """Name of the standard size nearest to this one, in either orientation, else a custom name."""
    short, long = sorted((width, height))
    nearest = min(_STANDARD, key=lambda row: max(abs(row[0] - short), abs(row[1] - long)))
    if max(abs(nearest[0] - short), abs(nearest[1] - long)) <= TOLERANCE:
        return nearest[2]
    size = f"{_millimetres(width)}x{_millimetres(height)}mm"
    return f"custom_{size}_{size}"


@lru_cache(4096)
def media_for(width: int, height: int) -> Media:
    """Name the page size; ValueError when no sheet can have this size."""
    if not (0 < width <= LONGEST_EDGE and 0 < height <= LONGEST_EDGE):
        raise ValueError(f"no sheet measures {width} by {height} hundredths of millimetres")
    return Media(width, height, name_for(width, height))


def _millimetres(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")


def _standard() -> Iterator[tuple[int, int, str]]:
    for name in STANDARD_NAMES:
        short, long = sorted(size_of(name))
        yield short, long, name


# "iso-a4" and "iso-a4-white" stood for what is now iso_a4_210x297mm.
_BY_LEGACY: dict[str, str] = {}
_BY_LEGACY.update(
    {
        "-".join(name.split("_")[:2]) + tail: name
        for name in STANDARD_NAMES
        for tail in ("", "-white", "-colored", "-transparent", "-envelope")
    }
)
_STANDARD = tuple(_standard())
