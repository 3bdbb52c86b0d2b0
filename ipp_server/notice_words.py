"""notify-text: what happened in a sentence for people, in the languages that a subscription can have (RFC 3995 8.2)."""

import re
from typing import Final

LANGUAGES: Final = ("en", "fr")
"""Values of notify-natural-language; the first is used where a client wants another."""

_NAMES: Final = re.compile(r"\{job\}|\{printer\}")
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "job-created": ("Job {job} was accepted.", "La tâche {job} a été acceptée."),
    "job-completed": ("Job {job} was printed.", "La tâche {job} a été imprimée."),
    "job-canceled": ("Job {job} was cancelled.", "La tâche {job} a été annulée."),
    "job-aborted": ("Job {job} could not be printed.", "La tâche {job} n’a pas pu être imprimée."),
    "job-pending": ("Job {job} waits for its turn.", "La tâche {job} attend son tour."),
    "job-pending-held": ("Job {job} waits to be released.", "La tâche {job} attend d’être libérée."),
    "job-processing": ("Job {job} is being printed.", "La tâche {job} est en cours d’impression."),
    "job-processing-stopped": ("Job {job} has stopped.", "La tâche {job} est arrêtée."),
    "job-config-changed": ("Job {job} was changed.", "La tâche {job} a été modifiée."),
    "job-progress": ("Job {job} goes on printing.", "L’impression de la tâche {job} se poursuit."),
    "printer-idle": ("{printer} is ready.", "{printer} est prête."),
    "printer-processing": ("{printer} is printing.", "{printer} imprime."),
    "printer-stopped": ("{printer} is paused.", "{printer} est en pause."),
    "printer-rejecting": ("{printer} takes no documents for now.", "{printer} n’accepte pas de documents."),
    "printer-restarted": ("{printer} was started.", "{printer} a été démarrée."),
    "printer-shutdown": ("{printer} goes out of service.", "{printer} est mise hors service."),
    "printer-config-changed": (
        "The settings of {printer} were changed.",
        "Les réglages de {printer} ont été modifiés.",
    ),
    "printer-media-changed": ("The paper in {printer} was changed.", "Le papier de {printer} a été changé."),
    "printer-queue-order-changed": (
        "The order of jobs for {printer} was changed.",
        "L’ordre des tâches de {printer} a été modifié.",
    ),
    "printer-created": ("{printer} was added.", "{printer} a été ajoutée."),
    "printer-deleted": ("{printer} was removed.", "{printer} a été supprimée."),
    "resource-state-changed": ("The file {printer} has arrived.", "Le fichier {printer} est arrivé."),
    "resource-created": ("The file {printer} was announced.", "Le fichier {printer} a été annoncé."),
    "resource-installed": ("The file {printer} can be used.", "Le fichier {printer} peut servir."),
    "resource-canceled": ("The file {printer} was removed.", "Le fichier {printer} a été supprimé."),
    "resource-config-changed": ("The file {printer} was renamed.", "Le fichier {printer} a été renommé."),
    "system-state-changed": ("The print server changed its state.", "Le serveur d’impression a changé d’état."),
    "system-stopped": ("The print server has stopped.", "Le serveur d’impression est arrêté."),
    "system-restarted": ("The print server was started.", "Le serveur d’impression a démarré."),
    "system-shutdown": ("The print server is being stopped.", "Le serveur d’impression s’arrête."),
    "system-config-changed": (
        "The settings of the print server were changed.",
        "Les réglages du serveur d’impression ont été modifiés.",
    ),
}


def sentence(key: str, language: str, charset: str = "utf-8", *, job: str = "", printer: str = "") -> str:
    """The sentence for what happened; in us-ascii, what that charset lacks is a question mark."""
    words = _WORDS[key][LANGUAGES.index(language) if language in LANGUAGES else 0]
    # Names are the users': they are put in, never read as a pattern.
    names = {"{job}": job, "{printer}": printer}
    text = _NAMES.sub(lambda found: names[found[0]], words)
    return text.encode("ascii", "replace").decode("ascii") if charset == "us-ascii" else text
