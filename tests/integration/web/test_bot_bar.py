"""What the bar on every page says of a bot that works, but needs a look."""

from sikpro.application.ports.network import BotState
from tests.integration.web.site import Site


def test_the_bar_says_a_trouble_beside_which_the_bot_works_by_name_and_measure(page_site: Site) -> None:
    visitor = page_site.logged_in("rina")
    page_site.bot[0] = BotState(True, page_site.clock.now(), "clock", "+120 s")
    assert "Bot jalan, tetapi perlu dicek: jam server SIKPRO tidak tepat (+120 s)" in visitor.get("/orders").text
    page_site.bot[0] = BotState(False, page_site.clock.now(), "api_id", "400 API_ID_INVALID")
    page = visitor.get("/orders").text
    assert "api_id atau api_hash salah" in page
    assert "API_ID_INVALID" not in page
