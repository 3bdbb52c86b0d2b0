"""The words of printer-strings-uri: for each attribute, and attribute.value, English and French."""

from typing import Final

from ipp.enums import Finishings


def _number(template: str) -> int:
    """The enum of a finishing by its template's name (PWG 5100.1 table 7)."""
    return int(Finishings[template.replace("-", "_").upper()])


_PERIODS: Final = {
    "indefinite": ("Until released", "Jusqu’à libération"),
    "day-time": ("Daytime", "En journée"),
    "evening": ("Evening", "Le soir"),
    "night": ("Night", "La nuit"),
    "second-shift": ("Second shift", "Deuxième équipe"),
    "third-shift": ("Third shift", "Troisième équipe"),
    "weekend": ("Weekend", "Le week-end"),
}

_STAPLES: Final = {
    "none": ("None", "Aucune"),
    "staple": ("Staple", "Agrafage"),
    "punch": ("Punch", "Perforation"),
    "cover": ("Cover", "Couverture"),
    "bind": ("Bind", "Reliure"),
    "saddle-stitch": ("Saddle stitch", "Piqûre à cheval"),
    "edge-stitch": ("Edge stitch", "Piqûre à plat"),
    "fold": ("Fold", "Pliage"),
    "trim": ("Trim", "Rognage"),
    "booklet-maker": ("Booklet", "Livret"),
    "jog-offset": ("Offset stacking", "Décalage des piles"),
    "staple-top-left": ("Staple top left", "Agrafe en haut à gauche"),
    "staple-bottom-left": ("Staple bottom left", "Agrafe en bas à gauche"),
    "staple-top-right": ("Staple top right", "Agrafe en haut à droite"),
    "staple-bottom-right": ("Staple bottom right", "Agrafe en bas à droite"),
    "staple-dual-left": ("Two staples left", "Deux agrafes à gauche"),
    "staple-dual-top": ("Two staples top", "Deux agrafes en haut"),
    "staple-dual-right": ("Two staples right", "Deux agrafes à droite"),
    "staple-dual-bottom": ("Two staples bottom", "Deux agrafes en bas"),
    "punch-dual-left": ("Two holes left", "Deux trous à gauche"),
    "punch-dual-top": ("Two holes top", "Deux trous en haut"),
    "punch-triple-left": ("Three holes left", "Trois trous à gauche"),
    "punch-triple-top": ("Three holes top", "Trois trous en haut"),
    "punch-quad-left": ("Four holes left", "Quatre trous à gauche"),
    "punch-quad-top": ("Four holes top", "Quatre trous en haut"),
    "fold-half": ("Half fold", "Pli central"),
    "fold-letter": ("Letter fold", "Pli roulé"),
    "fold-z": ("Z fold", "Pli accordéon"),
}

_VALUES: Final[dict[str, tuple[tuple[str, str], dict[str, tuple[str, str]]]]] = {
    "copies": (("Copies", "Copies"), {}),
    "finishings": (
        ("Finishing", "Finition"),
        {str(_number(name)): words for name, words in _STAPLES.items()},
    ),
    "finishing-template": (("Finishing", "Finition"), _STAPLES),
    "job-account-id": (("Account", "Compte"), {}),
    "job-account-type": (
        ("Kind of account", "Type de compte"),
        {"none": ("None", "Aucun"), "general": ("General", "Général"), "group": ("Group", "Groupe")},
    ),
    "job-delay-output-until": (
        ("Print later", "Imprimer plus tard"),
        {"no-delay-output": ("Print at once", "Imprimer tout de suite"), **_PERIODS},
    ),
    "job-hold-until": (
        ("Hold", "Retenir"),
        {"no-hold": ("Print at once", "Imprimer tout de suite"), **_PERIODS},
    ),
    "job-password": (("PIN", "Code PIN"), {}),
    "job-priority": (("Priority", "Priorité"), {}),
    "job-release-action": (
        ("Release", "Libération"),
        {
            "none": ("Print at once", "Imprimer tout de suite"),
            "job-password": ("With a PIN", "Avec un code PIN"),
            "owner-authorized": ("When I sign in", "Quand je m’identifie"),
        },
    ),
    "job-sheets": (
        ("Banner page", "Page de garde"),
        {
            "none": ("None", "Aucune"),
            "standard": ("Standard", "Standard"),
            "job-start-sheet": ("In front", "Au début"),
            "job-end-sheet": ("Behind", "À la fin"),
        },
    ),
    "job-sheet-message": (("Message on the banner page", "Message sur la page de garde"), {}),
    "media": (
        ("Paper size", "Format de papier"),
        {
            "iso_a3_297x420mm": ("A3", "A3"),
            "iso_a4_210x297mm": ("A4", "A4"),
            "iso_a5_148x210mm": ("A5", "A5"),
            "iso_a6_105x148mm": ("A6", "A6"),
            "iso_b5_176x250mm": ("B5", "B5"),
            "iso_c5_162x229mm": ("C5 envelope", "Enveloppe C5"),
            "iso_dl_110x220mm": ("DL envelope", "Enveloppe DL"),
            "jis_b5_182x257mm": ("JIS B5", "JIS B5"),
            "na_executive_7.25x10.5in": ("Executive", "Executive"),
            "na_index-4x6_4x6in": ("4 × 6 in", "10 × 15 cm"),
            "na_invoice_5.5x8.5in": ("Statement", "Statement"),
            "na_ledger_11x17in": ("Tabloid", "Tabloïd"),
            "na_legal_8.5x14in": ("US Legal", "US Legal"),
            "na_letter_8.5x11in": ("US Letter", "US Letter"),
            "na_number-10_4.125x9.5in": ("US #10 envelope", "Enveloppe US n° 10"),
        },
    ),
    "media-source": (
        ("Paper source", "Source de papier"),
        {
            "auto": ("Automatic", "Automatique"),
            "main": ("Main tray", "Bac principal"),
            "alternate": ("Alternate tray", "Bac secondaire"),
            "by-pass-tray": ("Bypass tray", "Bac auxiliaire"),
            "large-capacity": ("Large capacity tray", "Bac grande capacité"),
            "manual": ("Manual feed", "Alimentation manuelle"),
            "envelope": ("Envelope feeder", "Bac à enveloppes"),
            "photo": ("Photo tray", "Bac photo"),
            "rear": ("Rear tray", "Bac arrière"),
            "tray-1": ("Tray 1", "Bac 1"),
            "tray-2": ("Tray 2", "Bac 2"),
            "tray-3": ("Tray 3", "Bac 3"),
            "tray-4": ("Tray 4", "Bac 4"),
            "tray-5": ("Tray 5", "Bac 5"),
            "tray-6": ("Tray 6", "Bac 6"),
        },
    ),
    "media-type": (
        ("Paper type", "Type de papier"),
        {
            "auto": ("Automatic", "Automatique"),
            "stationery": ("Plain paper", "Papier ordinaire"),
            "stationery-heavyweight": ("Heavy paper", "Papier épais"),
            "stationery-lightweight": ("Light paper", "Papier fin"),
            "stationery-letterhead": ("Letterhead", "Papier à en-tête"),
            "stationery-preprinted": ("Preprinted", "Préimprimé"),
            "stationery-prepunched": ("Punched", "Perforé"),
            "stationery-colored": ("Coloured paper", "Papier de couleur"),
            "cardstock": ("Card", "Carton"),
            "envelope": ("Envelope", "Enveloppe"),
            "labels": ("Labels", "Étiquettes"),
            "photographic": ("Photo paper", "Papier photo"),
            "photographic-glossy": ("Glossy photo paper", "Papier photo brillant"),
            "photographic-matte": ("Matte photo paper", "Papier photo mat"),
            "transparency": ("Transparency", "Transparent"),
        },
    ),
    "multiple-document-handling": (
        ("Collate", "Assembler"),
        {
            "separate-documents-collated-copies": ("Collated", "Copies assemblées"),
            "separate-documents-uncollated-copies": ("Not collated", "Copies non assemblées"),
            "single-document": ("One document", "Un seul document"),
            "single-document-new-sheet": ("Each on a new sheet", "Chacun sur une nouvelle feuille"),
        },
    ),
    "number-up": (("Pages per side", "Pages par face"), {}),
    "orientation-requested": (
        ("Orientation", "Orientation"),
        {
            "3": ("Portrait", "Portrait"),
            "4": ("Landscape", "Paysage"),
            "5": ("Reverse landscape", "Paysage inversé"),
            "6": ("Reverse portrait", "Portrait inversé"),
        },
    ),
    "output-bin": (
        ("Output bin", "Bac de sortie"),
        {
            "face-down": ("Face down", "Face dessous"),
            "face-up": ("Face up", "Face dessus"),
            "top": ("Top bin", "Bac supérieur"),
            "middle": ("Middle bin", "Bac central"),
            "bottom": ("Bottom bin", "Bac inférieur"),
            "side": ("Side bin", "Bac latéral"),
            "left": ("Left bin", "Bac gauche"),
            "right": ("Right bin", "Bac droit"),
            "rear": ("Rear bin", "Bac arrière"),
            "large-capacity": ("Large capacity bin", "Bac grande capacité"),
        },
    ),
    "page-ranges": (("Pages", "Pages"), {}),
    "print-color-mode": (
        ("Colour", "Couleur"),
        {
            "auto": ("Automatic", "Automatique"),
            "auto-monochrome": ("Black and white", "Noir et blanc"),
            "color": ("Colour", "Couleur"),
            "monochrome": ("Black and white", "Noir et blanc"),
        },
    ),
    "print-content-optimize": (
        ("Optimize for", "Optimiser pour"),
        {
            "auto": ("Automatic", "Automatique"),
            "graphic": ("Graphics", "Graphiques"),
            "photo": ("Photos", "Photos"),
            "text": ("Text", "Texte"),
            "text-and-graphic": ("Text and graphics", "Texte et graphiques"),
        },
    ),
    "print-quality": (
        ("Quality", "Qualité"),
        {"3": ("Draft", "Brouillon"), "4": ("Normal", "Normale"), "5": ("Best", "Supérieure")},
    ),
    "print-rendering-intent": (
        ("Colour rendering", "Rendu des couleurs"),
        {
            "auto": ("Automatic", "Automatique"),
            "absolute": ("Absolute", "Absolu"),
            "perceptual": ("Perceptual", "Perceptif"),
            "relative": ("Relative", "Relatif"),
            "relative-bpc": ("Relative with black point", "Relatif avec point noir"),
            "saturation": ("Saturation", "Saturation"),
        },
    ),
    "print-scaling": (
        ("Scaling", "Mise à l’échelle"),
        {
            "auto": ("Automatic", "Automatique"),
            "auto-fit": ("Shrink if too large", "Réduire si nécessaire"),
            "fill": ("Fill the page", "Remplir la page"),
            "fit": ("Fit to page", "Ajuster à la page"),
            "none": ("None", "Aucune"),
        },
    ),
    "printer-resolution": (("Resolution", "Résolution"), {}),
    "printer-state-reasons": (
        ("Condition", "État"),
        {
            "none": ("Nothing to report", "Rien à signaler"),
            "paused": ("Paused", "En pause"),
            "moving-to-paused": ("Pausing", "Mise en pause"),
            "hold-new-jobs": ("New jobs are held", "Les nouveaux travaux sont retenus"),
            "deactivated": ("Deactivated", "Désactivée"),
            "shutdown": ("Out of service", "Hors service"),
        },
    ),
    "proof-copies": (("Copies to look at first", "Copies d’épreuve"), {}),
    "sides": (
        ("Two-sided", "Recto verso"),
        {
            "one-sided": ("Off", "Désactivé"),
            "two-sided-long-edge": ("On, turn on the long edge", "Activé, bord long"),
            "two-sided-short-edge": ("On, turn on the short edge", "Activé, bord court"),
        },
    ),
}

ROWS: Final[dict[str, tuple[str, str]]] = {
    key: row
    for name, (words, values) in _VALUES.items()
    for key, row in ((name, words), *((f"{name}.{value}", told) for value, told in values.items()))
}
"""English and French by `attribute` and `attribute.value`."""
