"""The address that strangers use, while there is one."""

from io import BytesIO
from urllib.parse import urlsplit

import segno

USUAL = {"http": ":80", "https": ":443"}


class Link:
    """Told by the tunnel as it comes and goes, read by whoever needs our own address.

    `note` says in a sentence why there is no tunnel where there ought to be one.
    """

    def __init__(self, public_url: str | None = None) -> None:
        self._own = public_url
        self.tunnel: str | None = None
        self.note = ""

    @property
    def url(self) -> str | None:
        """The tunnel's address, else the one that the owner's proxy serves, without a slash at its end."""
        return self.tunnel or self._own

    def scheme_of(self, host: str) -> str | None:
        """What visitors of a public address speak, by its `Host`; None for any other."""
        for url in (self.tunnel, self._own):
            if url and _is_at(url, host):
                return urlsplit(url).scheme
        return None

    def is_tunnel(self, host: str) -> bool:
        """Whether a `Host` is the tunnel's."""
        return self.tunnel is not None and _is_at(self.tunnel, host)

    def qr(self) -> str:
        """The address as a picture to scan, in SVG; empty without one."""
        if not self.url:
            return ""
        drawn = BytesIO()
        segno.make(self.url).save(drawn, kind="svg", border=2, omitsize=True, light="#fff", dark="#000")
        return drawn.getvalue().decode()


def _is_at(url: str, host: str) -> bool:
    parts = urlsplit(url)
    return host.lower().removesuffix(USUAL[parts.scheme]) == parts.netloc
