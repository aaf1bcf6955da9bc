"""What the bar on every page says of a bot that works, but needs a look."""

from datetime import timedelta

from sikpro.application.ports.network import BotState
from sikpro.application.workers.clock_watch import ClockStep
from tests.integration.web.console import Site


def test_the_bar_says_a_trouble_beside_which_the_bot_works_by_name_and_measure(page_site: Site) -> None:
    visitor = page_site.logged_in("rina")
    page_site.bot[0] = BotState(True, page_site.clock.now(), "clock", "+120 s")
    assert "Bot jalan, tetapi perlu dicek: jam server SIKPRO tidak tepat (+120 s)" in visitor.get("/orders").text
    page_site.bot[0] = BotState(False, page_site.clock.now(), "api_id", "400 API_ID_INVALID")
    page = visitor.get("/orders").text
    assert "api_id atau api_hash salah" in page
    assert "API_ID_INVALID" not in page


def test_the_bar_says_that_answers_do_not_arrive_and_that_the_clock_was_set(page_site: Site) -> None:
    visitor = page_site.logged_in("rina")
    assert "bot-bar" not in visitor.get("/orders").text.replace('id="bot-bar"', "")
    page_site.health["relay"] = "no_clear_answer"
    page_site.steps.append(ClockStep(page_site.clock.now(), timedelta(hours=-1)))
    page = visitor.get("/orders").text
    assert "Telegram tidak menjawab jelas" in page
    assert "Jam server dimundurkan 1 j" in page
    assert visitor.get("/healthz").json()["parts"]["relay"]["state"] == "no_clear_answer"
