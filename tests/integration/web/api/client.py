"""A script that calls the API of a running console with a token."""

from collections.abc import Mapping
from typing import Any

import httpx
from attrs import frozen

from sikpro.application.use_cases.people.personal_tokens import make_token
from sikpro.application.workers.clock_watch import never_jumped
from tests.integration.loopback import NO_TLS
from tests.integration.web.console import Site

BASE = "/api/v1"
DATA = {
    "type": "AO",
    "registration_number": "SC32232558",
    "serial": "ZTEGC6754546",
    "sto": "SDA",
    "odp": "ODP-SDA-003",
    "technician": "F5SDA445",
}


def token_for(site: Site, username: str, scope: str = "write", days: int = 90) -> str:
    """The text of a new token."""
    person, typed = site.people[username], {"name": "skrip", "scope": scope, "days": str(days)}
    return site.store.write(
        lambda uow: make_token(uow, person, typed, site.clock.now(), jumped=never_jumped, by=person)
    )[1]


@frozen
class Script:
    """Calls the API; `token` of "" calls without one."""

    site: Site
    token: str

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Read."""
        return self.ask("GET", path, headers=headers)

    def post(
        self, path: str, body: object = None, headers: Mapping[str, str] | None = None, *, key: str = ""
    ) -> httpx.Response:
        """Act, with a body as JSON if there is one."""
        return self.ask("POST", path, body, headers={**(headers or {}), **({"idempotency-key": key} if key else {})})

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """Send any request; a path without `/api` is below the API's."""
        sent = {"authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None:
            more["json"] = body
        where = path if path.startswith("/api") else BASE + path
        return httpx.request(
            method, self.site.url + where, headers=sent | dict(headers or {}), timeout=20, verify=NO_TLS, **more
        )

    def register(self, number: str = "SC32232558", **more: str) -> dict[str, Any]:
        """A new order."""
        answer = self.post("/orders", {"fields": DATA | {"registration_number": number} | more})
        assert answer.status_code == 201, answer.text
        order: dict[str, Any] = answer.json()["order"]
        return order


def script_of(site: Site, username: str, scope: str = "write") -> Script:
    """A script of a person with a new token."""
    return Script(site, token_for(site, username, scope))


def code_of(answer: httpx.Response) -> str:
    """The code of a problem; it is one, whole and in both languages."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem.keys() >= {"type", "title", "status", "detail", "code", "parameters", "sentences"}
    assert problem["sentences"].keys() == {"id", "en"}
    assert all(problem["sentences"].values())
    assert problem["detail"] in problem["sentences"].values()
    code: str = problem["code"]
    return code
