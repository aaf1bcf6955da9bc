"""What the installation knows, for the reader: catalogues, makers, technicians."""

from collections.abc import Callable, Collection, Iterable

from attrs import frozen


@frozen
class Known:
    """The codes of types and STOs, the makers' vendor ids in use, and the technicians.

    `technician` says whether a code is registered; `near` gives the registered codes that are one slip away.
    """

    types: Collection[str]
    stos: Collection[str]
    makers: Collection[str]
    technician: Callable[[str], bool]
    near: Callable[[str], tuple[str, ...]]


def slips(typed: str, meant: str) -> int:
    """Return 0 for equal codes, 1 for one slip (a character wrong, missing, too much, or two swapped), 2 for more.

    >>> [slips(code, "F5SDA445") for code in ("F5SDA445", "FSSDA445", "F5SDA44", "F5SAD445", "F5SPJ449")]
    [0, 1, 1, 1, 2]
    """
    if typed == meant:
        return 0
    longer, shorter = sorted((typed, meant), key=len, reverse=True)
    if len(longer) - len(shorter) == 1:
        return 1 if any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer))) else 2
    if len(longer) != len(shorter):
        return 2
    wrong = [place for place in range(len(longer)) if longer[place] != shorter[place]]
    swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and typed[wrong[0]] == meant[wrong[1]]
    return 1 if len(wrong) == 1 or (swapped and typed[wrong[1]] == meant[wrong[0]]) else 2


def codes_near(typed: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Return the codes that are one slip away; only the one that is left when letters were written as digits.

    >>> codes_near("F5SDA447", ["F5SDA445", "F5SDA446", "F5SPJ449"]), codes_near("5PJ", ["SPJ", "SDA"])
    (('F5SDA445', 'F5SDA446'), ('SPJ',))
    """
    letters = typed.translate(str.maketrans("015", "OIS"))
    near = [code for code in codes if slips(typed, code) == 1]
    return (letters,) if letters in near else tuple(near)
