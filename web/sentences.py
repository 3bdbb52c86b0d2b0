"""Sentences that the parts below say to people, marked for translation; the pages translate them by their text."""

from typing import Final

from web.i18n import N_

FROM_BELOW: Final = (
    N_("A name has 1 to 127 characters, without : / \\ and quotation marks."),
    N_("A password has at least 8 characters."),
    N_("A password has at most 1024 bytes."),
    N_("Too many wrong passwords. Wait 5 minutes and try again."),
    N_("A queue's name has 1 to 63 letters, digits, dots, dashes or underscores."),
    N_("The default device must be one of the queue's devices."),
    N_("A device's name has 1 to 63 letters, digits, dots, dashes or underscores."),
    N_("A trial printer is a folder of this machine: write file:///folder with three slashes."),
    N_("This is not a device URI: check its address and port."),
    N_("Port 0 is no port: leave it out, or give the device's."),
    N_("There is no such device."),
    N_("An amount is a whole number of the currency's smallest unit, and not zero."),
    N_("The credit does not cover this. Choose fewer pages, or add credit first."),
    N_("The document is still being counted. Try again in a moment."),
    N_("This printer takes no format that we can make. Choose another printer."),
    N_("This printer has not answered yet."),
    N_("It may have printed already. Look at the printer, then confirm to print it again."),
    N_("Say at which printer: this queue has no default device."),
    N_("That printer does not print this queue's documents. Choose another."),
    N_("A queue names this printer. Change the queue first."),
    N_("Your credit is used up. Add credit, then print again."),
    N_("It is being printed."),
    N_("The document is not waiting to be released."),
    N_("There is nothing to decide about this job."),
    N_("This is somebody else's document."),
    N_("No document is waiting under this code. Check the letters and figures."),
    N_("Nobody collected it in time. It was deleted and nothing was charged."),
    N_("It may have printed: the printer did not say how it ended. Nothing is charged yet."),
    N_("It could not be sent. Choose a printer again."),
    N_("No printer is set for this queue. Choose one."),
    N_("The printer refused it."),
    N_("The document is gone. Print it again."),
)
"""What changes from case to case (names, addresses) is said in English."""
