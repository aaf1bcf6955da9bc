"""The JSON API as an application of its own: its addresses, its errors and its description."""

from importlib.metadata import version
from typing import Any

from litestar import Litestar, Request, Router
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.enums import HttpMethod
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, ControllerRouterHandler, Message, Receive, Scope, Send

from sikpro.adapters.web.api.admission import admit
from sikpro.adapters.web.api.bodies import Body
from sikpro.adapters.web.api.call import Call
from sikpro.adapters.web.api.catalogue import CatalogueApi
from sikpro.adapters.web.api.description import docs, openapi
from sikpro.adapters.web.api.door import TOKEN
from sikpro.adapters.web.api.events import events
from sikpro.adapters.web.api.imports import ImportsApi
from sikpro.adapters.web.api.ledgers import LedgersApi
from sikpro.adapters.web.api.order_acts import OrderActsApi
from sikpro.adapters.web.api.orders import OrdersApi
from sikpro.adapters.web.api.people import PeopleApi
from sikpro.adapters.web.api.problems import handlers
from sikpro.adapters.web.api.recaps import ExportsApi, RecapsApi
from sikpro.adapters.web.api.tables import TablesApi
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import visit_of

PATH = "/api/v1"
ROUTES: tuple[ControllerRouterHandler, ...] = (
    OrdersApi,
    OrderActsApi,
    CatalogueApi,
    PeopleApi,
    RecapsApi,
    ExportsApi,
    LedgersApi,
    ImportsApi,
    TablesApi,
    events,
    openapi,
    docs,
)
"""The addresses, in the order of the page that describes them."""

LARGEST_BODY = 1_000_000
"""The largest body, in bytes."""


def create_api(parts: WebParts) -> Litestar:
    """Return the API as a Litestar application; `ApiDoor` serves it."""

    async def given_call(request: Request[Any, Any, Any]) -> Call:
        person = visit_of(request).person
        assert person is not None  # `admit` requires a token
        return Call(request, parts, person, request.scope["state"][TOKEN], parts.clock.now())

    return Litestar(
        route_handlers=[Router(PATH, route_handlers=ROUTES)],
        guards=[admit],
        dependencies={"call": Provide(given_call)},
        exception_handlers=handlers(),
        middleware=[_with_all_methods],
        dto=Body,
        return_dto=None,
        request_max_body_size=LARGEST_BODY,
        openapi_config=OpenAPIConfig(
            title="SIKPRO",
            version=version("sikpro"),
            components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
            security=[{"token": []}],
            render_plugins=[],
            use_handler_docstrings=True,
        ),
        logging_config=None,
    )


def _with_all_methods(app: ASGIApp) -> ASGIApp:
    """Let OPTIONS name all methods of an address: Litestar names those of the first handler that it met there."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != HttpMethod.OPTIONS:
            await app(scope, receive, send)
            return
        here = scope["path_template"]
        routes = (one for one in scope["litestar_app"].routes if isinstance(one, HTTPRoute) and one.path_format == here)
        methods = ", ".join(sorted({str(method) for route in routes for method in route.methods}))

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableScopeHeaders.from_message(message)["allow"] = methods
            await send(message)

        await app(scope, receive, sending)

    return answer
