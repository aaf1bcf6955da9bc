"""The queue in Django with its ORM and its templates: `gunicorn benchmarks.peers.django_queue:app`.

`BENCH_FILE` is the database. `/orders` is the whole page behind a login, `/bare` its rows alone.
"""

import os
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.template import engines
from django.urls import path

from benchmarks.peers.page import BARE, COUNTED, HELPDESK_ROLES, OPEN, PAGE, age

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["BENCH_FILE"],
            "CONN_MAX_AGE": None,
        }
    },
    ROOT_URLCONF=__name__,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    USE_TZ=True,
    TIME_ZONE="Asia/Jakarta",
    SECRET_KEY="of no use here",
)
django.setup()

_WITH = "{% if statuses %}{{ row.label }}{% else %}{{ row.status }}{% endif %}"


def _translated(source: str) -> Any:
    """Return the template in Django's language, which calls nothing with arguments."""
    for jinja, own in (
        ("{{ statuses[row.status] if statuses else row.status }}", _WITH),
        ("{{ age(row.received, now) }}", "{{ row.age }}"),
        ("row.received.isoformat()", "row.received_at|date:'c'"),
        ('row.received.strftime("%d %b %H.%M")', "row.received_at|date:'d M H.i'"),
        ("|truncate(90)", "|truncatechars:90"),
        ("row.technician }}", "row.technician_id }}"),
        ("row.sto }}", "row.sto_id }}"),
        ("row.place.", "row.sto."),
        ("row.sender.", "row.technician."),
        ("row.has", "row.holder"),
        ("row.had", "row.helpdesk"),
        ("row.holder is none", "row.holder_id is None"),
        ("choices.items()", "choices.items"),
        ("loop.index", "forloop.counter"),
    ):
        source = source.replace(jinja, own)
    return engines["django"].from_string(source)


class Person(models.Model):
    """A person of any role."""

    name = models.TextField()
    name_folded = models.TextField()
    role = models.TextField(null=True)
    technician_code = models.TextField(null=True, unique=True)
    active = models.BooleanField()

    class Meta:
        """Its table."""

        app_label, managed, db_table = "queue", False, "people"


class Login(models.Model):
    """A session by the hash of its token."""

    id = models.TextField(primary_key=True)
    person = models.ForeignKey(Person, models.DO_NOTHING, db_column="person")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """Its table."""

        app_label, managed, db_table = "queue", False, "sessions"


class Status(models.Model):
    """A status of orders."""

    code = models.TextField(primary_key=True)
    label_id = models.TextField()
    position = models.IntegerField()
    active = models.BooleanField()

    class Meta:
        """Its table."""

        app_label, managed, db_table = "queue", False, "statuses"


class OrderType(models.Model):
    """A type of orders."""

    code = models.TextField(primary_key=True)
    active = models.BooleanField()

    class Meta:
        """Its table."""

        app_label, managed, db_table = "queue", False, "order_types"


class SiteOperation(models.Model):
    """A Site Operation."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    active = models.BooleanField()

    class Meta:
        """Its table."""

        app_label, managed, db_table = "queue", False, "site_operations"


class Sto(models.Model):
    """An exchange."""

    code = models.TextField(primary_key=True)
    site_operation = models.TextField()
    active = models.BooleanField()

    class Meta:
        """Its table."""

        app_label, managed, db_table = "queue", False, "stos"


class Order(models.Model):
    """An order, with the columns that the list shows."""

    number = models.TextField()
    type = models.TextField()
    odp = models.TextField()
    phase = models.TextField()
    status = models.TextField()
    turn = models.TextField()
    received_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    resubmitted = models.BooleanField()
    reply_waiting = models.BooleanField()
    last_feedback = models.TextField()
    deleted_at = models.DateTimeField(null=True)
    version = models.IntegerField()
    sto = models.ForeignKey(Sto, models.DO_NOTHING, db_column="sto", null=True)
    technician = models.ForeignKey(
        Person, models.DO_NOTHING, db_column="technician", to_field="technician_code", null=True, related_name="+"
    )
    holder = models.ForeignKey(Person, models.DO_NOTHING, db_column="holder", null=True, related_name="+")
    helpdesk = models.ForeignKey(Person, models.DO_NOTHING, db_column="helpdesk", null=True, related_name="+")

    class Meta:
        """Its table."""

        app_label, managed, db_table = "queue", False, "orders"


_page, _bare = _translated(PAGE), _translated(BARE)


def _rows(labels: dict[str, str]) -> list[Order]:
    queue = Order.objects.filter(deleted_at=None, phase__in=OPEN, turn="helpdesk")
    named = queue.select_related("sto", "technician", "holder", "helpdesk").order_by("received_at", "id")
    rows, now = list(named[:51])[:50], datetime.now(UTC)
    for row in rows:
        row.age, row.label = age(row.received_at, now), labels.get(row.status, row.status)
    return rows


def _count(phases: tuple[str, ...], turn: str, holder: int | None) -> int:
    some = Order.objects.filter(deleted_at=None, phase__in=phases)
    if turn:
        some = some.filter(turn=turn)
    if holder is not None:
        some = some.filter(holder_id=holder)
    return int(some[:1_000].count())


def _choices(people: list[Person], statuses: list[Status]) -> dict[str, list[tuple[str, str]]]:
    return {
        "type": [(row.code, row.code) for row in OrderType.objects.all() if row.active],
        "sto": [(row.code, row.code) for row in Sto.objects.order_by("code") if row.active],
        "site_operation": [(row.code, row.name) for row in SiteOperation.objects.all() if row.active],
        "technician": [(row.technician_code, row.name) for row in people if row.technician_code],
        "helpdesk": [(str(row.id), row.name) for row in people if row.role in HELPDESK_ROLES],
        "status": [(row.code, row.label_id) for row in statuses if row.active],
    }


def orders(request: HttpRequest) -> HttpResponse:
    """Return the whole page."""
    key = sha256(request.COOKIES.get("sikpro_session", "").encode()).hexdigest()
    login = Login.objects.select_related("person").filter(id=key, revoked_at=None).first()
    if login is None or not login.person.active:
        return HttpResponseForbidden()
    statuses = list(Status.objects.order_by("position", "code"))
    labels = {row.code: row.label_id for row in statuses}
    given = {
        "rows": _rows(labels),
        "counts": [
            (name, _count(phases, turn, login.person_id if mine else None)) for name, phases, turn, mine in COUNTED
        ],
        "statuses": labels,
        "choices": _choices(list(Person.objects.order_by("name_folded", "id")), statuses),
        "me": login.person,
        "csrf": login.id,
    }
    return HttpResponse(_page.render(given))


def bare(_request: HttpRequest) -> HttpResponse:
    """Return the rows alone."""
    return HttpResponse(_bare.render({"rows": _rows({})}))


urlpatterns = [path("orders", orders), path("bare", bare)]
app = get_wsgi_application()
