"""Decide whether a text in a group is for the bot."""

import re

from attrs import frozen

_COMMAND = re.compile(r"\s*/\w+@(\w+)")


@frozen
class Address:
    """The target of a text: `addressed` unless its command names another bot, `mentioned` if it names ours.

    `text` is without that mention.
    """

    addressed: bool
    mentioned: bool
    text: str

    @classmethod
    def of(cls, text: str, username: str) -> "Address":
        """Parse a text; without a user name every text is for us.

        >>> [Address.of(text, "Sikpro_Bot").addressed for text in ("/reg@sikpro_bot AO", "/reg AO", "/reg@other AO")]
        [True, True, False]
        >>> Address.of("@sikpro_bot AO SC32232558", "Sikpro_Bot")
        Address(addressed=True, mentioned=True, text='AO SC32232558')
        >>> [Address.of(text, "sikpro_bot").mentioned for text in ("ke @sikpro_bot", "a@sikpro_bot", "@sikpro_bot2")]
        [True, False, False]
        """
        named = _COMMAND.match(text)
        if named is not None or not username:
            return cls(named is None or not username or named[1].casefold() == username.casefold(), False, text)
        spoken, mentions = re.subn(rf"(?<![\w@])@{re.escape(username)}(?!\w)\s?", "", text, flags=re.IGNORECASE)
        return cls(True, mentions > 0, spoken.strip() if mentions else text)
