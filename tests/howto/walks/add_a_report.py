"""The report of two dimensions counts, and each figure leads to the list behind it. Run in a copy."""

from html import unescape
from re import search

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.memory import MemoryTransactions
from tests.integration.web.console import running_site

if __name__ == "__main__":
    live = LocalLiveEvents()
    with running_site(MemoryTransactions(live), live) as site:
        for number, order_type in (("SC100001", "AO"), ("SC100002", "AO"), ("SC100003", "MO")):
            site.order(number, type=order_type)
        web = site.logged_in("sari")
        page = web.get("/matrix/2026-11").text
        link = search(r'<a href="([^"]*type=AO)">2</a>', page)
        assert link, page
        listed = web.get(unescape(link[1])).text
        assert "SC100001" in listed
        assert "SC100002" in listed
        assert "SC100003" not in listed
        assert site.logged_in("rina").get("/matrix/2026-11").status_code == 403
