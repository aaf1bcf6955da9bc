"""The page of the totals opens for who may see it, and stands in the navigation. Run in a copy."""

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.memory import MemoryTransactions
from tests.integration.web.console import running_site

if __name__ == "__main__":
    live = LocalLiveEvents()
    with running_site(MemoryTransactions(live), live) as site:
        site.order("SC100001")
        page = site.logged_in("sari").get("/totals")
        assert page.status_code == 200, page.text
        assert "Jumlah order menurut tipe" in page.text
        assert 'href="/totals"' in page.text
        assert ">1</td>" in page.text
        assert site.logged_in("rina").get("/totals").status_code == 403
