"""Turns codes and parameters into sentences, in Indonesian and English.

The catalogues are gettext files without a compile step: one folder for each language, one file for each room of the
code. The message id is the code. Both languages have the same codes and placeholders; a test checks it.
"""

from sikpro.application.i18n.sentences import LANGUAGES, Words, sentences, words_in

__all__ = ["LANGUAGES", "Words", "sentences", "words_in"]
