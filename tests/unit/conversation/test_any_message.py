"""Whatever people send is answered, and however they write the same values, it is the same order."""

import string
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sikpro.application.ports.chat import Attachment, IncomingKind
from tests.unit.chat import WHOLE, Phone, World

FIELDS = ("type", "registration_number", "serial", "sto", "odp", "technician")
LABELS = {
    "type": ("Tipe", "TYPE", "jenis order", "kode order"),
    "registration_number": ("SC", "No SC", "no. reg", "Nomor Registrasi"),
    "serial": ("SN", "SN ONT", "Serial Number", "s/n", "modem"),
    "sto": ("STO", "area", "Kode Sub Area", "workzone"),
    "odp": ("ODP", "Kode ODP", "nama odp"),
    "technician": ("Teknisi", "Kode Teknisi", "tek", "NIK"),
}
VENDORS = ("ZTEG", "HWTC", "ALCL", "NOKG", "FHTT")
MARKS = ("#", "|", ",", ";", "\n", " # ", " | ", ", ", " ;", "\n\n", "\t", " - ", " / ", " – ")
hexadecimal = st.text("0123456789ABCDEF", min_size=8, max_size=8)


@st.composite
def orders(draw: st.DrawFn) -> dict[str, str]:
    """Six values that are right, of the catalogues of the test's world."""
    sto = draw(st.sampled_from(["SDA", "TUN", "SPJ", "MRT"]))
    cabinet = draw(st.sampled_from(["", "FAT/", "FAB/", "F01/"]))
    return {
        "type": draw(st.sampled_from(["AO", "MO", "PDA", "CONFIG"])),
        "registration_number": "SC" + draw(st.text(string.digits, min_size=8, max_size=8)),
        "serial": draw(st.sampled_from(VENDORS)) + draw(hexadecimal),
        "sto": sto,
        "odp": f"ODP-{sto}-{cabinet}{draw(st.integers(1, 999)):03}",
        "technician": draw(st.sampled_from(["F5SDA445", "F5TUN446", "F5MRT447"])),
    }


def cased(draw: st.DrawFn, text: str) -> str:
    how = draw(st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
    return str(how(text))


def spaced(draw: st.DrawFn, name: str, value: str) -> str:
    """The value with blanks and odd dashes where people put them."""
    if name == "odp":
        value = value.replace("-", draw(st.sampled_from(["-", " ", "–", " - ", "—"])))
        return value.replace("/", draw(st.sampled_from(["/", " / ", "/ "])))
    if name == "registration_number":
        groups = draw(st.sampled_from([(8,), (4, 4), (2, 2, 2, 2), (3, 3, 2), (2, 6)]))
        ends = [2 + sum(groups[: count + 1]) for count in range(len(groups))]
        parts = [value[end - size : end] for end, size in zip(ends, groups, strict=True)]
        return value[:2] + draw(st.sampled_from(["", " ", "."])) + draw(st.sampled_from([" ", "-"])).join(parts)
    if name == "serial":
        written = draw(st.sampled_from([value, value[:4].encode().hex().upper() + value[4:]]))
        return written[:-4] + draw(st.sampled_from(["", " ", "-"])) + written[-4:]
    return value


@st.composite
def mangled(draw: st.DrawFn) -> tuple[dict[str, str], str]:
    """An order's values, and a message that holds them somehow."""
    values = draw(orders())
    names = draw(st.one_of(st.just(list(FIELDS)), st.permutations(FIELDS)))
    style = draw(st.sampled_from(["marks", "blanks", "labels", "numbered", "mixed"]))
    if style == "blanks":
        text = draw(st.sampled_from([" ", "  ", "\u00a0"])).join(cased(draw, values[name]) for name in names)
    elif style == "mixed":
        text = ""
        for name in names:
            label = draw(st.sampled_from(["", "", draw(st.sampled_from(LABELS[name])) + ": "]))
            mark = draw(st.sampled_from(("\n", "; ") if label else (" ", *MARKS))) if text else ""
            text += mark + label + cased(draw, values[name])
    elif style == "labels":
        colon = draw(st.sampled_from([":", " : ", "=", ": "]))
        lines = [
            draw(st.sampled_from(LABELS[name])) + colon + cased(draw, spaced(draw, name, values[name]))
            for name in names
        ]
        text = draw(st.sampled_from(["\n", "\n\n", " | ", "#"])).join(lines)
    elif style == "numbered":
        dot = draw(st.sampled_from([". ", ") ", "."]))
        lines = [f"{place}{dot}{cased(draw, spaced(draw, name, values[name]))}" for place, name in enumerate(names, 1)]
        text = "\n".join(lines)
    else:
        mark = draw(st.sampled_from(MARKS))
        loose = mark.strip() and mark.strip() not in {"-", "/", "–"}
        text = mark.join(cased(draw, spaced(draw, name, values[name]) if loose else values[name]) for name in names)
    before, after = draw(st.sampled_from([("", ""), ("/reg ", ""), ("/REG\n", "\n"), ("  ", "  "), ("\u200b", "#")]))
    return values, before + text + after


NUMBERED = "1.AO\n2.SC00000000\n3.5A5445470000 0000\n4.SDA\n5.ODP-SDA-001\n6.F5SDA445"
VALUES = dict(zip(FIELDS, ("AO", "SC00000000", "ZTEG00000000", "SDA", "ODP-SDA-001", "F5SDA445"), strict=True))


@given(mangled())
@example(case=(VALUES, NUMBERED))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_mangling_that_keeps_the_values_registers_the_same_order(case: tuple[dict[str, str], str]) -> None:
    values, text = case
    world = World()
    answer = Phone(world, 1).says(text)
    assert answer.startswith("✅ Pesan diterima"), (text, answer)
    data = world.order(values["registration_number"]).data
    assert {name: str(getattr(data, name)) for name in FIELDS} == values
    assert data.note == ""


salad = st.one_of(
    st.text(max_size=200),
    st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", "surrogateescape")),
    st.lists(
        st.sampled_from([*WHOLE.split("#"), "/reg", "/cek", "#", " ", "\n", ":", "{}", "SC", "ODP-", "\x00", "😀"])
    ).map("".join),
)


@pytest.fixture(scope="module")
def grown() -> World:
    """A world with an order in each phase, an open draft, and a photo that was asked about."""
    world = World()
    budi, agus = Phone(world, 1), Phone(world, 2)
    for place, status in enumerate(["", "ogp", "ont_tidak_terdeteksi", "selesai", "batal"]):
        number = f"SC3223255{place}"
        budi.says(WHOLE.replace("SC32232558", number))
        if status:
            world.sets(status, reason="x", number=number)
    budi.hears()
    budi.sends_photo()
    agus.says("/reg AO#SC77777777")
    return world


@given(
    text=salad,
    kind=st.sampled_from([IncomingKind.MESSAGE, IncomingKind.EDIT]),
    user=st.sampled_from([1, 2, 99]),
    message=st.integers(100, 125),
    reply=st.none() | st.integers(100, 125),
    files=st.sampled_from([(), (Attachment("photo", "p"),), (Attachment("document", "d", None, "\ud800{}"),)]),
    album=st.none() | st.sampled_from(["a", "b c"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_byte_salad_is_answered_and_fails_nowhere(
    grown: World,
    text: str,
    kind: IncomingKind,
    user: int,
    message: int,
    reply: int | None,
    files: tuple[Attachment, ...],
    album: str | None,
) -> None:
    before = grown.ledger()[0].id
    phone = Phone(grown, user)
    given_: dict[str, Any] = {"reply_to": reply, "attachments": files, "album": album if files else None}
    if kind is IncomingKind.EDIT:
        phone.sent = [message]
        answer = phone.edits(text, **given_)
    else:
        answer = phone.says(text, **given_)
    row = grown.ledger()[0]
    assert row.id == before + 1
    assert row.outcome != "failed", row
    assert answer or (row.outcome, row.detail) in SILENT or row.detail == "album", row


SILENT = {
    ("ignored", "edit.same"),
    ("ignored", "edit.foreign"),
    ("joined", "album"),
    ("joined", "photo"),
    ("joined", "file"),
    ("joined", "words"),
    ("command", "thanks"),
    ("command", "greeting"),
    ("command", "emoji"),
    ("command", "noted"),
    ("ignored", "stranger.too_many"),
}
"""What is answered by silence: an edit that changes nothing, more messages of an album, thanks, a stranger's flood."""


@given(
    data=st.one_of(
        st.text(max_size=64), st.from_regex(r"(reg|mine|d|wd|fix|cek|ask|nudge|reopen|ph|lang):[0-9a-f:A-Z]{0,20}")
    )
)
@example(data="d::")
@example(data="reopen:4:CONFIG:")
@example(data="ph:1:")
@example(data="lang:xx")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("user", [1, 2, 99])
def test_any_press_is_answered_and_fails_nowhere(grown: World, user: int, data: str) -> None:
    answered = grown.presses_answered
    Phone(grown, user).press_data(data)
    assert grown.ledger()[0].outcome != "failed", grown.ledger()[0]
    assert grown.presses_answered == answered + 1


@given(text=salad)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_a_group_any_byte_salad_fails_nowhere(grown: World, text: str) -> None:
    Phone(grown, 1, chat=-5).says(text)
    assert grown.ledger()[0].outcome != "failed", grown.ledger()[0]
