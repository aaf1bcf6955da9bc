"""An order that somebody else wrote or that had to wait, as a message whose button sends it."""

from sikpro.application.i18n import Words
from sikpro.application.ports.chat import Button, Outgoing

SEND = "send"
"""The data of the button that sends the order."""

COMMAND = "/reg"
"""The line of the message after which the order begins."""


def offered_order(chat_id: int, head: str, request: str, words: Words) -> Outgoing:
    """Return the message: a sentence, the order's text, and the button."""
    button = Button(words("button.send_order"), SEND)
    return Outgoing(chat_id=chat_id, text=f"{head}\n\n{COMMAND}\n{request}", buttons=((button,),))


def order_in(message: str) -> str:
    """Return the order's text in such a message, "" when there is none.

    >>> order_in("Bagus: ...\\n\\n/reg\\nSC: SC32232558")
    'SC: SC32232558'
    """
    _, found, request = message.partition(f"\n{COMMAND}\n")
    return request if found else ""
