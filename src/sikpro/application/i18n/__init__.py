"""Codes and parameters become sentences here, in Indonesian and English.

The catalogues are gettext files without a compile step, one folder a language, one file a room of the house; the
message id is the code. Both languages have the same codes and the same placeholders: a test holds them to it.
"""

from sikpro.application.i18n.sentences import LANGUAGES, Words, sentences, words_in

__all__ = ["LANGUAGES", "Words", "sentences", "words_in"]
