"""An answer that comes too late: the page has the text, what happened meanwhile, and what can be done now."""

from collections.abc import Callable

import pytest
from attrs import evolve, frozen

from sikpro.adapters.web.site.security import session_id
from sikpro.application.ports.storage import StorageUnavailable, StorageUncertain
from sikpro.application.use_cases.orders.own_order import correct_order, withdraw_order
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.domain.order import Order
from sikpro.domain.people import Role
from sikpro.domain.phase import Phase
from tests.integration.web.console import PASSWORD, Site, Visitor

TEXT = "Kabel drop putus <b>di tiang 7</b>,\nmohon sambung & kabari."
SHOWN = "Kabel drop putus &lt;b&gt;di tiang 7&lt;/b&gt;,\nmohon sambung &amp; kabari."


@frozen
class Writing:
    """Rina has taken an order and is writing; Bagus is her team leader."""

    site: Site
    order: Order
    rina: Visitor
    bagus: Visitor
    form: dict[str, str]

    @property
    def path(self) -> str:
        return f"/orders/{self.order.id}"

    def press(self, what: str = "status", **more: str) -> str:
        """Press a button of the page; the page that answers, which shows what was typed."""
        response = self.rina.post(
            f"{self.path}/{what}", self.form | more, headers={"referer": self.site.url + self.path}
        )
        assert SHOWN in response.text, response.text[-3000:]
        return response.text

    def told(self) -> list[str]:
        """What was put on its way to the technician with this text in it."""
        items = self.site.store.read(lambda uow: uow.outbox.of_order(self.order.id))
        return [item.message.text for item in items if TEXT in item.message.text]


@pytest.fixture
def writing(site: Site) -> Writing:
    return start_writing(site)


def start_writing(site: Site) -> Writing:
    order, rina, bagus = site.order(), site.logged_in("rina"), site.logged_in("bagus")
    rina.post(f"/orders/{order.id}/take")
    page = rina.get(f"/orders/{order.id}").text
    form = {"status": "odp_penuh", "feedback": TEXT, "reason": "", "scripted": "1"}
    return Writing(site, order, rina, bagus, form | {name: hidden(page, name) for name in ("version", "last_event")})


def hidden(page: str, name: str) -> str:
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


def is_completed(one: Writing) -> None:
    one.bagus.post(f"{one.path}/status", {"status": "selesai"})


def is_cancelled(one: Writing) -> None:
    one.bagus.post(f"{one.path}/status", {"status": "batal", "reason": "dobel"})


def is_taken_over(one: Writing) -> None:
    one.bagus.post(f"{one.path}/assign", {"to": str(one.site.people["bagus"].id)})


def is_held_up(one: Writing) -> None:
    one.bagus.post(f"{one.path}/status", {"status": "input_ulang"})


def is_withdrawn(one: Writing) -> None:
    one.rina.post(f"{one.path}/give-back")
    budi = one.site.people["budi"]
    one.site.store.write(lambda uow: withdraw_order(uow, one.order.id, budi, one.site.clock.now()))


def is_corrected(one: Writing) -> None:
    is_held_up(one)
    budi, typed = one.site.people["budi"], {**typed_again(one.order.data), "odp": "ODP-SDA-004"}
    one.site.store.write(lambda uow: correct_order(uow, one.order.id, typed, budi, one.site.clock.now()))


@pytest.mark.parametrize(
    ("happens", "told", "free", "finished"),
    [
        (is_completed, "Status: Selesai (PS) (Bagus)", False, True),
        (is_cancelled, "Status: Batal (Bagus) <q>dobel</q>", False, True),
        (is_withdrawn, "Ditarik pengirim (Budi Santoso)", False, True),
        (is_taken_over, "Diserahkan ke Bagus (Bagus)", False, False),
        (is_held_up, "Status: Input ulang data (Bagus)", True, False),
        (is_corrected, "Data dikirim ulang (Budi Santoso)", True, False),
    ],
)
def test_a_late_answer_comes_back_with_what_happened_and_what_can_be_done(
    writing: Writing, happens: Callable[[Writing], None], told: str, free: bool, finished: bool
) -> None:
    happens(writing)
    page = writing.press()
    box = page.partition('meanwhile" role="alert"')[2].partition("</ul>")[0]
    assert "Jawaban Anda belum terkirim." in box
    assert told in box
    assert "Kirim pesan saja" in page
    assert "Salin</span>" in page
    assert "Buang</span></a>" in page
    assert ('id="answer-form"' in page) is free
    assert ("Buka ulang dengan jawaban ini" in page) is finished
    if free:
        assert 'value="odp_penuh" data-key' in page
        assert (
            " checked>"
            in page.partition('id="answer-form"')[2].partition('value="odp_penuh"')[2].partition("<span>")[0]
        )
    else:
        assert "Status yang Anda pilih: ODP penuh." in page
    assert writing.told() == []


@pytest.mark.parametrize("happens", [is_completed, is_cancelled, is_taken_over, is_held_up, is_corrected])
def test_it_is_sent_as_words_alone_once(writing: Writing, happens: Callable[[Writing], None]) -> None:
    happens(writing)
    again = writing.form | {"last_event": hidden(writing.press(), "last_event")}
    before = writing.site.stored(writing.order)
    for _ in range(2):
        assert writing.rina.post(f"{writing.path}/words", again).headers["location"] == writing.path
    after = writing.site.stored(writing.order)
    assert (after.phase, after.status, after.holder) == (before.phase, before.status, before.holder)
    assert len(writing.told()) == 1
    page = writing.rina.get(writing.path).text
    story = page.partition('<ol class="story">')[2]
    assert "Pesan ke teknisi" in story
    assert SHOWN in story


def test_a_page_that_was_open_during_the_upgrade_sends_its_words_once(writing: Writing) -> None:
    form = {("seen" if name == "last_event" else name): value for name, value in writing.form.items()}
    for _ in range(2):
        assert writing.rina.post(f"{writing.path}/words", form).headers["location"] == writing.path
    assert len(writing.told()) == 1


def test_a_finished_order_is_reopened_with_it_and_it_waits_in_the_form(writing: Writing) -> None:
    is_completed(writing)
    page = writing.press(reason="Belum aktif")
    assert ">\nBelum aktif</textarea>" in page
    assert "Tulis alasannya dulu." in writing.press("reopen"), "without a reason nothing is lost either"
    page = writing.press("reopen", reason="Belum aktif")
    assert writing.site.stored(writing.order).phase is Phase.IN_PROGRESS
    assert "Order dibuka ulang. Jawaban Anda di bawah belum terkirim." in page
    assert " checked>" in page.partition('id="answer-form"')[2].partition('value="odp_penuh"')[2].partition("<span>")[0]
    assert writing.told() == []
    form = writing.form | {name: hidden(page, name) for name in ("version", "last_event")}
    assert writing.rina.post(f"{writing.path}/status", form).status_code == 303
    assert len(writing.told()) == 1


def test_a_team_leader_answers_all_the_same_what_a_colleague_has_now(writing: Writing) -> None:
    bagus, form = writing.bagus, dict(writing.form)
    writing.bagus.post(f"{writing.path}/assign", {"to": str(writing.site.people["tono"].id)})
    page = bagus.post(f"{writing.path}/status", form)
    assert page.status_code == 409
    assert SHOWN in page.text
    form |= {name: hidden(page.text, name) for name in ("version", "last_event")}
    assert bagus.post(f"{writing.path}/status", form).status_code == 303
    assert len(writing.told()) == 1


def test_one_press_in_two_tabs_is_one_answer(writing: Writing) -> None:
    for _ in range(2):
        response = writing.rina.post(f"{writing.path}/status", writing.form)
        assert (response.status_code, response.headers["location"]) == (303, writing.path)
    assert len(writing.told()) == 1
    for more in ({"feedback": "Lain."}, {"reason": "Tiang 7 roboh"}, {"status": "odp_rusak"}):
        other = writing.rina.post(f"{writing.path}/status", writing.form | more)
        assert other.status_code == 409, "what is another answer is not taken for the same one"
        assert "Status: ODP penuh (Rina)" in other.text
        assert more.get("reason", "") in other.text


def test_a_reopening_pressed_twice_is_one(writing: Writing) -> None:
    is_completed(writing)
    form = {"reason": "Mati lagi", "last_event": hidden(writing.rina.get(writing.path).text, "last_event")}
    for _ in range(2):
        assert writing.rina.post(f"{writing.path}/reopen", form).status_code == 303
    items = writing.site.store.read(lambda uow: uow.outbox.of_order(writing.order.id))
    assert len([item for item in items if "Mati lagi" in item.message.text]) == 1
    other = writing.rina.post(f"{writing.path}/reopen", form | {"reason": "Sebab lain"})
    assert other.status_code == 409
    assert "Sebab lain" in other.text
    assert writing.site.stored(writing.order).reopenings == 1


def test_an_answer_that_was_taken_back_can_be_given_again(writing: Writing) -> None:
    for _ in range(2):
        assert writing.rina.post(f"{writing.path}/status", writing.form).status_code == 303
    assert writing.rina.post(f"{writing.path}/undo").status_code == 303
    assert "Diurungkan: ODP penuh (Rina)" in writing.press()


def test_a_preview_without_javascript_says_what_happened_too(writing: Writing) -> None:
    is_completed(writing)
    assert "Status: Selesai (PS) (Bagus)" in writing.press("preview")


def test_an_answer_without_a_status_still_says_what_happened(writing: Writing) -> None:
    is_held_up(writing)
    page = writing.press(status="")
    assert "data-choose-status>" in page, "the sentence at the choices"
    assert "Status: Input ulang data (Bagus)" in page


def test_a_status_that_left_the_catalogue_leaves_the_text_in_the_form(writing: Writing) -> None:
    page = writing.press(status="nix")
    assert "tidak ditemukan" in page
    assert 'id="answer-form"' in page


def test_of_a_deleted_order_the_text_is_given_back_with_who_deleted_it(writing: Writing) -> None:
    writing.bagus.post(f"{writing.path}/delete", {"reason": "uji coba"})
    for button in ("status", "words", "reopen", "preview"):
        page = writing.press(button)
        assert "SC32232558 dihapus Bagus (19.00). Alasan: uji coba" in page
        assert "readonly" in page
    assert writing.rina.get(writing.path).status_code == 404


def test_who_may_not_answer_any_more_gets_the_text_back(writing: Writing) -> None:
    rina = writing.site.people["rina"]
    writing.site.store.write(lambda uow: uow.people.save(evolve(uow.people.get(rina.id), role=Role.SUPERVISOR)))
    page = writing.press()
    assert "Tidak diizinkan" in page
    assert "readonly" in page


def test_a_failure_of_ours_gives_the_text_back(writing: Writing) -> None:
    writing.site.store.fault = StorageUnavailable("disk full")
    assert "Database belum bisa dijangkau" in writing.press()
    writing.site.store.fault = None


def test_who_saves_while_the_database_breaks_off_is_told_to_look_first(writing: Writing) -> None:
    writing.site.store.fault = StorageUncertain("broke at the commit")
    page = writing.press()
    assert "Periksa dulu apakah sudah tersimpan" in page
    assert "Data Anda aman" not in page
    writing.site.store.fault = None


def test_a_page_older_than_the_session_gives_the_text_back_and_leads_to_the_order(writing: Writing) -> None:
    page = writing.press(csrf="0" * 64)
    assert "Halaman ini sudah kedaluwarsa" in page
    assert f'href="{writing.path}"' in page


def test_the_form_of_another_site_puts_nothing_into_an_order(writing: Writing) -> None:
    response = writing.rina.client.post(f"{writing.path}/words", data=writing.form)
    assert response.status_code == 403
    assert 'id="answer-form"' not in response.text
    assert writing.told() == []


def test_a_reason_and_data_that_are_refused_come_back(writing: Writing) -> None:
    is_completed(writing)
    last_event = hidden(writing.rina.get(writing.path).text, "last_event")
    writing.rina.post(f"{writing.path}/reopen", {"reason": "duluan"})
    late = writing.bagus.post(f"{writing.path}/reopen", {"reason": TEXT, "last_event": last_event})
    assert late.status_code == 409
    assert SHOWN in late.text
    assert "Dibuka ulang: Diproses (OGP) (Rina) <q>duluan</q>" in late.text
    is_taken_over(writing)
    fields = {**typed_again(writing.order.data), "note": TEXT, "last_event": last_event}
    edited = writing.rina.post(f"{writing.path}/edit", fields)
    assert edited.status_code == 409
    assert SHOWN in edited.text
    assert "Diserahkan ke Bagus (Bagus)" in edited.text
    assert "ZTEGC6754546</textarea>" not in edited.text, "what is stored already is not given back"
    for _ in range(2):
        deleted = writing.bagus.post(f"{writing.path}/delete", {"reason": TEXT})
    assert deleted.status_code == 404
    assert SHOWN in deleted.text


SESSION_ENDS: list[Callable[[Writing], object]] = [
    lambda one: one.site.store.write(
        lambda uow: uow.sessions.revoke(session_id(one.rina.client.cookies["sikpro_session"]), one.site.clock.now())
    ),
    lambda one: one.rina.client.cookies.clear(),
]


@pytest.mark.parametrize("ends", SESSION_ENDS, ids=["revoked", "no cookie"])
def test_without_a_session_the_text_is_given_back_and_the_login_leads_to_the_order(
    writing: Writing, ends: Callable[[Writing], object]
) -> None:
    ends(writing)
    page = writing.press(feedback=TEXT, reason="")
    assert "Sesi Anda sudah berakhir" in page
    assert f'href="/login?next={writing.path}"' in page
    assert "SC32232558" not in page
    assert "tiang" not in page.partition("href=")[0].partition("<body")[0]
    assert writing.told() == []
    back = writing.rina.log_in("rina", next=writing.path)
    assert back.headers["location"] == writing.path


def test_nothing_secret_is_given_back(page_site: Site) -> None:
    secrets = {"password": "rahasia1", "current": "rahasia2", "new": "rahasia3", "again": "rahasia4", "reason": "x"}
    for path in ("/password", "/login", "/people/1/reset"):
        response = page_site.visitor().post(path, secrets)
        assert "rahasia" not in response.text


def test_a_press_without_text_leads_to_the_login_as_before(page_site: Site) -> None:
    order = page_site.order()
    response = page_site.visitor().post(f"/orders/{order.id}/take")
    assert response.headers["location"] == f"/login?next=/orders/{order.id}"


def test_htmx_without_a_session_is_told_in_place(writing: Writing) -> None:
    SESSION_ENDS[0](writing)
    for path, referer in (("preview", f"{writing.path}?last_event=2"), ("renew", writing.path)):
        response = writing.rina.client.post(
            f"{writing.path}/{path}",
            data=writing.form | {"csrf": writing.rina.csrf},
            headers={"hx-request": "true", "referer": writing.site.url + referer},
        )
        assert (response.status_code, response.headers["hx-retarget"]) == (401, "#ended")
        assert "hx-redirect" not in response.headers
        assert "Sesi Anda sudah berakhir." in response.text
        assert f'href="/login?next={referer.replace("?", "%3F").replace("=", "%3D")}"' in response.text


def test_the_address_of_a_form_leads_to_its_order(writing: Writing) -> None:
    for form in ("status", "words", "preview", "reopen", "edit", "assign", "delete", "undo"):
        response = writing.rina.get(f"{writing.path}/{form}")
        assert (response.status_code, response.headers["location"]) == (303, writing.path)


def test_who_has_to_change_a_reset_password_comes_back_to_the_order(writing: Writing) -> None:
    rina = writing.site.people["rina"]
    writing.site.store.write(lambda uow: uow.people.save(evolve(uow.people.get(rina.id), must_change_password=True)))
    assert "Kata sandi Anda masih sementara" in writing.press()
    visitor = writing.site.visitor()
    response = visitor.log_in("rina", next=f"{writing.path}?shown_version=1")
    assert response.headers["location"] == f"/password?next={writing.path}%3Fshown_version%3D1"
    page = visitor.get(response.headers["location"]).text
    form = {"current": PASSWORD, "new": "sandi-yang-baru", "again": "sandi-yang-baru", "next": hidden(page, "next")}
    assert visitor.post("/password", form).headers["location"] == f"{writing.path}?shown_version=1"


def test_words_alone_are_said_about_a_finished_order_and_by_who_may(writing: Writing) -> None:
    is_completed(writing)
    page = writing.rina.get(writing.path).text
    assert "Kirim pesan ke teknisi" in page
    missing = writing.rina.post(f"{writing.path}/words", {"feedback": " "})
    assert missing.status_code == 422
    assert "Tulis pesannya dulu." in missing.text
    for name in ("sari", "admin"):
        other = writing.site.logged_in(name)
        assert "Kirim pesan ke teknisi" not in other.get(writing.path).text
        assert other.post(f"{writing.path}/words", {"feedback": TEXT}).status_code == 403
    assert writing.told() == []


def test_a_text_with_a_sign_that_cannot_be_stored_is_given_back_without_it(writing: Writing) -> None:
    page = writing.press(feedback=TEXT + "\x00")
    assert "Isian feedback memuat karakter yang tidak bisa disimpan" in page
    assert writing.told() == []


def is_deleted(one: Writing) -> None:
    one.bagus.post(f"{one.path}/delete", {"reason": "uji"})


def is_put_off(one: Writing) -> None:
    one.rina.post(f"{one.path}/put-off", {"minutes": "30"})


def is_given_away(one: Writing) -> None:
    one.bagus.post(f"{one.path}/assign", {"to": str(one.site.people["tono"].id)})


def nothing_happens(one: Writing) -> None:
    assert one.site.stored(one.order).holder


def rina_leads_no_more(one: Writing) -> None:
    person = one.site.store.read(lambda uow: uow.people.get(one.site.people["rina"].id))
    one.site.store.write(lambda uow: uow.people.save(evolve(person, role=Role.SUPERVISOR)))


WRITES: dict[str, dict[str, str]] = {
    "status": {},
    "words": {},
    "reopen": {"reason": TEXT, "feedback": TEXT},
    "edit": {"note": TEXT, "odp": "bukan ODP", "feedback": ""},
    "delete": {"reason": TEXT, "feedback": ""},
    "go-on": {"go_on": "no"},
    "preview": {},
}


@pytest.mark.parametrize(
    "happens",
    [
        nothing_happens,
        is_completed,
        is_cancelled,
        is_withdrawn,
        is_taken_over,
        is_given_away,
        is_held_up,
        is_corrected,
        is_deleted,
        is_put_off,
        rina_leads_no_more,
        lambda one: SESSION_ENDS[0](one),
    ],
)
def test_no_text_vanishes_whatever_is_pressed_and_whatever_happened(
    page_site: Site, happens: Callable[[Writing], None]
) -> None:
    writing = start_writing(page_site)
    happens(writing)
    plain = {"referer": writing.site.url + writing.path}
    for headers in (plain, plain | {"hx-request": "true", "hx-target": "order"}):
        for what, more in WRITES.items():
            before = len(facts(writing))
            response = writing.rina.post(f"{writing.path}/{what}", writing.form | more, headers=headers)
            saved = response.status_code == 303 or len(facts(writing)) > before
            # A page of JavaScript stays as it is when something other than an order comes back.
            stays = headers is not plain and 'id="order"' not in response.text and "hx-redirect" not in response.headers
            assert saved or stays or SHOWN in response.text, (what, response.status_code, response.text[-1500:])


def facts(one: Writing) -> list[object]:
    """What was saved about the order."""
    return list(
        one.site.store.read(lambda uow: (*uow.journal.of_order(one.order.id), *uow.outbox.of_order(one.order.id)))
    )
