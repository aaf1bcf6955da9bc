"""The least that a console loads: Litestar with Jinja and a page. `python -m benchmarks.peers.bare_console PORT`."""

import sys

import uvicorn
from jinja2 import DictLoader, Environment
from litestar import Litestar, get
from litestar.contrib.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template.config import TemplateConfig

PAGES = Environment(loader=DictLoader({"page.html": "<!doctype html><title>{{ title }}</title>"}), autoescape=True)


@get("/")
async def page() -> Template:
    """Return the page."""
    return Template("page.html", context={"title": "Order"})


@get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that it runs."""
    return {"state": "ok"}


app = Litestar(
    [page, healthz],
    template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(PAGES)),
    openapi_config=None,
    logging_config=None,
)

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="critical")
