"""The five values: what people type, and what is understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sikpro.domain.errors import InvalidValue
from sikpro.domain.values import OdpName, RegistrationNumber, SerialNumber, StoCode, TechnicianCode
from sikpro.testing.builders import coded

AnyValue = type[RegistrationNumber | SerialNumber | OdpName | StoCode | TechnicianCode]
VALUES: tuple[AnyValue, ...] = (RegistrationNumber, SerialNumber, OdpName, StoCode, TechnicianCode)
DIGITS = st.text("0123456789", min_size=1, max_size=12)
ANYTHING = st.one_of(
    st.text(max_size=40),
    st.builds("SC{}".format, DIGITS),
    st.builds("ZTEG{}".format, st.text("0123456789ABCDEFOILS", min_size=7, max_size=9)),
    st.builds("odp-{}-{}".format, st.text("sdatun05", min_size=3, max_size=3), DIGITS),
)


@pytest.mark.parametrize("value", VALUES)
@given(text=ANYTHING)
def test_what_was_understood_is_understood_again_as_itself(value: AnyValue, text: str) -> None:
    try:
        understood = value.parse(text)
    except InvalidValue as error:
        suggestion = error.suggestion
    else:
        assert understood.typed == text
        assert value.parse(understood.value) == understood
        return
    assert suggestion is None or value.parse(suggestion).value == suggestion


@given(digits=st.text("0123456789", min_size=6, max_size=12), mark=st.sampled_from(["", " ", ".", "-", "–", "\u200f"]))
def test_a_registration_number_is_read_through_case_blanks_dots_hyphens_and_invisible_marks(
    digits: str, mark: str
) -> None:
    assert RegistrationNumber.parse(f" sc{mark}{mark.join(digits)} ").value == f"SC{digits}"


@pytest.mark.parametrize("text", ["SC12345", "SC1234567890123", "AO32232558", "", "SC32232558X"])
def test_a_registration_number_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, check=coded("registration_number.shape")):
        RegistrationNumber.parse(text)


def test_digits_alone_are_refused_with_the_whole_number_suggested() -> None:
    with pytest.raises(InvalidValue) as refused:
        RegistrationNumber.parse("32232558")
    assert refused.value.suggestion == "SC32232558"


@given(
    vendor=st.sampled_from(["ZTEG", "HWTC", "ALCL", "FHTT", "XXXX"]),
    tail=st.text("0123456789ABCDEF", min_size=8, max_size=8),
)
def test_both_notations_of_a_serial_are_the_same_device(vendor: str, tail: str) -> None:
    short = SerialNumber.parse(vendor + tail)
    assert SerialNumber.parse(short.hexadecimal.lower()) == short


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ZTEGC67S4546", "ZTEGC6754546"), ("ZTEGC67O4I4L", "ZTEGC6704141"), ("5A544547C67S4546", "ZTEGC6754546")],
)
def test_misread_letters_of_a_serial_are_corrected_as_a_suggestion(typed: str, meant: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        SerialNumber.parse(typed)
    assert refused.value.suggestion == meant


def test_a_serial_of_any_vendor_is_understood_and_names_its_vendor_id() -> None:
    assert SerialNumber.parse("QQQQ00000000").vendor_id == "QQQQ"
    assert SerialNumber.parse("5A54454700000000").vendor_id == "ZTEG"


@pytest.mark.parametrize(
    ("typed", "name", "sto"),
    [
        ("odp-sda-003", "ODP-SDA-003", "SDA"),
        ("ODP-GDS-FAT/75", "ODP-GDS-FAT/75", "GDS"),
        ("ODP – SDA – FAB / 12", "ODP-SDA-FAB/12", "SDA"),
        ("odp sda 3", "ODP-SDA-3", "SDA"),
        ("ODP-SDA-01/01", "ODP-SDA-01/01", "SDA"),
        ("ODP SDA FBG 14", "ODP-SDA-FBG/14", "SDA"),
        ("ODP-SDA-FK/011", "ODP-SDA-FK/011", "SDA"),
        ("ODP-SDA-003.", "ODP-SDA-003", "SDA"),
    ],
)
def test_an_odp_is_read_with_its_exchange(typed: str, name: str, sto: str) -> None:
    odp = OdpName.parse(typed)
    assert (odp.value, odp.sto) == (name, sto)


@pytest.mark.parametrize(("typed", "meant"), [("0DP-SDA-003", "ODP-SDA-003"), ("ODP-SDA-O03", "ODP-SDA-003")])
def test_misread_characters_of_an_odp_are_corrected_as_a_suggestion(typed: str, meant: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        OdpName.parse(typed)
    assert refused.value.suggestion == meant


@pytest.mark.parametrize("text", ["A1", "x" * 17, "F5 SDA/445", "F5SDÄ445"])
def test_a_technician_code_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, check=coded("technician.shape")):
        TechnicianCode.parse(text)


@pytest.mark.parametrize(
    ("value", "typed", "code", "suggestion"),
    [
        (RegistrationNumber, " 32232558 ", "registration_number.shape", "SC32232558"),
        (RegistrationNumber, "123456", "registration_number.shape", "SC123456"),
        (RegistrationNumber, "123456789012", "registration_number.shape", "SC123456789012"),
        (RegistrationNumber, "12345", "registration_number.shape", None),
        (RegistrationNumber, "1234567890123", "registration_number.shape", None),
        (RegistrationNumber, "5C3223255O", "registration_number.shape", "SC32232550"),
        (RegistrationNumber, "SC12", "registration_number.shape", None),
        (SerialNumber, "ZTE6C6754546", "serial.shape", "ZTEGC6754546"),
        (SerialNumber, "2TEGC6754546", "serial.shape", "ZTEGC6754546"),
        (SerialNumber, "2TE6C6754546", "serial.shape", "ZTEGC6754546"),
        (SerialNumber, "ZIEGC67S4546", "serial.shape", "ZTEGC6754546"),
        (SerialNumber, "1HTT00000000", "serial.shape", "IHTT00000000"),
        (SerialNumber, "ZTEGC675454", "serial.length", None),
        (SerialNumber, "ZTEGXXXXXXXX", "serial.shape", None),
        (StoCode, "5DA", "sto.shape", "SDA"),
        (StoCode, "SD", "sto.shape", None),
        (OdpName, "0DP 5DA OO3", "odp.shape", "ODP-SDA-003"),
        (OdpName, "0DP-5DA-FAT/7S", "odp.shape", "ODP-SDA-FAT/75"),
        (OdpName, "OPD-SDA-003", "odp.shape", "ODP-SDA-003"),
        (OdpName, "ODP-SDA-FBG14", "odp.shape", "ODP-SDA-FBG/14"),
        (OdpName, "ODP SDA RT 05", "odp.shape", None),
        (OdpName, "FBG/014", "odp.shape", None),
        (OdpName, "kotak", "odp.shape", None),
        (TechnicianCode, "F5S", "technician.shape", None),
    ],
)
def test_what_is_refused_is_named_as_it_was_typed_with_what_was_meant(
    value: AnyValue, typed: str, code: str, suggestion: str | None
) -> None:
    with pytest.raises(InvalidValue) as refused:
        value.parse(typed)
    assert (refused.value.code, refused.value.typed, refused.value.suggestion) == (code, typed.strip(), suggestion)


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        (RegistrationNumber, "sc 3223 2558"),
        (SerialNumber, "5a544547c6754546"),
        (SerialNumber, "zteg:c675.4546"),
        (StoCode, " sda"),
        (OdpName, "odp sda 003"),
        (TechnicianCode, "f5-sda-445"),
    ],
)
def test_what_was_understood_keeps_how_it_was_typed(value: AnyValue, typed: str) -> None:
    assert value.parse(typed).typed == typed


@pytest.mark.parametrize("text", ["ZTEGG1234567", "ZTEG1234567G", "ZTE1C6754546"])
def test_a_serial_has_four_letters_and_eight_digits_of_sixteen(text: str) -> None:
    with pytest.raises(InvalidValue, check=lambda error: error.code == "serial.shape"):
        SerialNumber.parse(text)
