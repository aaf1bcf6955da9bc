"""Every total below a table of a recap is the sum of its column, or says what else it is."""

import re
from html import unescape

import pytest

from sikpro.application.ports.targets import Target
from tests.integration.web.console import Site

_TABLE = re.compile(r"<table[^>]*>(.*?)</table>", re.DOTALL)
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t[hd](?: [^>]*)?>(.*?)</t[hd]>", re.DOTALL)


def _texts(row: str) -> list[str]:
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in _CELL.findall(row)]


def _number(text: str) -> int | None:
    bare = text.replace(".", "")
    return int(bare) if bare.isdecimal() else None


@pytest.mark.parametrize("path", ["/recap/month/2026-11", "/recap/day/2026-11-02", "/recap/free/2026-10-30_2026-11-05"])
def test_every_total_is_the_sum_of_its_column(page_site: Site, path: str) -> None:
    for number in range(9):
        page_site.order(
            f"SC10000{number}", sto=("SDA", "SPJ")[number % 2], odp=f"ODP-{('SDA', 'SPJ')[number % 2]}-00{number}"
        )
    target = Target(month="2026-11", sto="SDA", target=40, working_days=25)
    page_site.store.write(lambda uow: uow.targets.put(target))
    page = page_site.logged_in("sari").get(path).text
    walked = 0
    for table in _TABLE.findall(page):
        foot = re.search(r"<tfoot>(.*?)</tfoot>", table, re.DOTALL)
        if not foot:
            continue
        body = [
            _texts(row)
            for row in _ROW.findall(re.sub(r"<tfoot>.*?</tfoot>|<thead>.*?</thead>", "", table, flags=re.DOTALL))
        ]
        total = next(texts for row in _ROW.findall(foot[1]) if (texts := _texts(row)) and any(map(_number, texts)))
        for place, text in enumerate(total[1:], 1):
            numbers = [_number(row[place]) for row in body if place < len(row)]
            if _number(text) is None or None in numbers:
                continue  # a share, a duration, or nothing
            assert sum(number or 0 for number in numbers) == _number(text), (path, total[0], place)
            walked += 1
    assert walked >= 10
