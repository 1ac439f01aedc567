"""Apprise as a notifier: each address is a place of its own."""

from hydra_lab.integrations.apprise.client import send
from hydra_lab.integrations.apprise.settings import AppriseSettings
from hydra_lab.kernel.capabilities import Notice
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.http import HttpClient


class AppriseNotifier:
    """Sends to every address, or to one."""

    def __init__(self, settings: AppriseSettings, http: HttpClient) -> None:
        self._addresses = settings.by_name

    def places(self) -> tuple[str, ...]:
        """The addresses' names."""
        return tuple(self._addresses)

    def at(self, place: str) -> "OneAddress":
        """The notifier of one address."""
        if place not in self._addresses:
            raise NotFound(f"No address is called “{place}”.", fix=f"There are: {', '.join(self._addresses)}.")
        return OneAddress(place, self._addresses[place])

    def notify(self, notice: Notice) -> None:
        """Send to every address, one after the other; the first that fails ends it."""
        for place in self._addresses:
            self.at(place).notify(notice)


class OneAddress:
    """The notifier of one address."""

    def __init__(self, name: str, url: str) -> None:
        self._name = name
        self._url = url

    def notify(self, notice: Notice) -> None:
        """Send one message."""
        send(
            self._name, self._url, title=notice.title, body=body_of(notice), markdown=notice.markdown,
            severity=notice.severity,
        )  # fmt: skip


def body_of(notice: Notice) -> str:
    """A notice as one text: the fields and links as lines below it."""
    fields = "\n".join(f"{name}: {value}" for name, value in notice.fields)
    links = "\n".join(f"{link.title}: {link.url}" for link in notice.links)
    more = f"More: {notice.url}" if notice.url else ""
    sign = f"Hydra · {notice.id}" if notice.id else ""
    return "\n\n".join(part for part in (notice.text, fields, links, more, sign) if part) or notice.title
