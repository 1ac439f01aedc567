"""Send a message to a person."""

from pydantic import Field, HttpUrl

from hydra_lab.kernel.capabilities import Notifier
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Durable, Effect, Input, Output, operation


class Message(Input):
    """What to tell."""

    title: str = Field(min_length=1, max_length=200, description="The first line")
    text: str = Field(default="", max_length=20_000, description="The rest; Markdown")
    url: HttpUrl | None = Field(default=None, description="Where to read more")


class Sent(Output):
    """Who took the message."""

    through: str


@operation("notify.send", effect=Effect.WRITE, path="POST /notify", needs=("notifier",), durable=Durable())
def send(ctx: Context, input: Message) -> Sent:
    """Send a message to a person, e.g. to a Discord channel; waits until a way to send is configured."""
    notifier, through = ctx.capability(Notifier), ctx.services.integrations.configured("notifier")[0].title
    ctx.step("send", notifier.notify, input.title, input.text, url=str(input.url) if input.url else None)
    return Sent(through=through)
