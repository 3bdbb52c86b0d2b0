"""What can go wrong with a request to the pages before it reaches any other part."""


class PageError(Exception):
    """Root of the errors of this package."""


class SignInFirst(PageError):
    """The page is somebody's own, and nobody is signed in."""


class AdministratorsOnly(PageError):
    """The page is for administrators."""


class PageUnknown(PageError):
    """There is no such page, or what it shows is gone."""


class ForeignForm(PageError):
    """The form did not come from one of our own pages, or from one that is too old."""


class FormTooLarge(PageError):
    """The form has more bytes or fields than any of ours."""


class BadForm(PageError):
    """A field of the form cannot be what it says; the text is for the person."""


class NothingChosen(PageError):
    """No document was chosen."""


class LinkUsed(PageError):
    """A one-time link that was used, or whose time is over."""
