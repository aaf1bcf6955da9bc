"""The one-sheet on the web: one page of A4 in print, the same as a picture, and as guarded as the recap."""

import io
import re

import pytest
from PIL import Image

from sikpro.application.reports.sheet.one_sheet import PIXELS
from tests.integration.browser import NewPage
from tests.integration.web.console import PASSWORD, Site

MONTH = "/recap/month/2026-11"
STICKS_OUT = """() => {
    const paper = document.querySelector(".sheet-paper svg").getBoundingClientRect();
    return [...document.querySelectorAll(".sheet-paper text")].map((one) => one.getBoundingClientRect())
        .filter((one) => one.left < paper.left || one.right > paper.right || one.bottom > paper.bottom).length;
}"""


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_the_sheet_opens_from_the_recap_with_its_filters_and_has_its_figures(page_site: Site) -> None:
    page_site.order("SC100001")
    page_site.order("SC100002", sto="SPJ", odp="ODP-SPJ-003")
    sari = page_site.logged_in("sari")
    assert f'href="{MONTH}/sheet?sto=SDA"' in sari.get(f"{MONTH}?sto=SDA").text
    page = sari.get(f"{MONTH}/sheet?sto=SDA").text
    assert 'data-figure="received">1<' in page
    assert "STO SDA" in page
    assert f'href="{MONTH}.png?sto=SDA"' in page
    assert f'href="{MONTH}?sto=SDA"' in page
    assert 'data-figure="received">2<' in sari.get(f"{MONTH}/sheet").text


def test_a_helpdesk_sees_their_own_sheet_and_a_stranger_none(page_site: Site) -> None:
    page_site.order("SC100001")
    rina = page_site.logged_in("rina")
    other = page_site.people["tono"].id
    assert 'data-figure="received">0<' in rina.get(f"{MONTH}/sheet?helpdesk={other}").text
    assert page_site.visitor().get(f"{MONTH}/sheet").status_code == 303
    assert rina.get("/recap/month/2026-11-01/sheet").status_code == 404


@pytest.mark.parametrize("path", ["month/2026-11", "day/2026-11-24", "free/2026-11-16_2026-11-22"])
def test_the_picture_is_a4_with_dark_text(page_site: Site, path: str) -> None:
    page_site.order("SC100001")
    response = page_site.logged_in("sari").get(f"/recap/{path}.png")
    assert response.headers["content-type"] == "image/png"
    assert response.headers["content-disposition"].endswith('.png"')
    picture = Image.open(io.BytesIO(response.content)).convert("L")
    assert picture.size[0] == PIXELS
    assert picture.size[1] / picture.size[0] == pytest.approx(297 / 210, abs=0.002)
    title = picture.crop((170, 70, 900, 120)).histogram()
    assert sum(title[:60]) > 1_000
    assert sum(title[240:]) > 10_000


@pytest.mark.browser
@pytest.mark.parametrize("path", ["month/2026-11", "day/2026-11-24", "free/2026-11-16_2026-11-22"])
def test_in_print_it_is_one_page_without_the_console_around_it(page_site: Site, new_page: NewPage, path: str) -> None:
    page_site.order("SC100001")
    page = new_page(base_url=page_site.url)
    page.goto("/login")
    page.fill("[name=username]", "sari")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"/recap/{path}/sheet")
    page.evaluate("window.print = () => document.body.dataset.printed = 'yes'")
    page.get_by_role("button", name="Cetak / PDF").click()
    assert page.evaluate("document.body.dataset.printed") == "yes"
    page.wait_for_function("document.fonts.ready.then(() => document.fonts.check('bold 12px \"DejaVu Sans\"'))")
    assert pages_of(page.pdf(prefer_css_page_size=True, print_background=True)) == 1
    assert page.evaluate(STICKS_OUT) == 0
    page.emulate_media(media="print")
    assert not page.locator(".sheet-bar").is_visible()
    assert page.locator(".sheet-paper svg").is_visible()
