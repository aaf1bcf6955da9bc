"""The page that both peers show: its templates for Jinja, and what is counted."""

from datetime import datetime

from sikpro.domain.phase import OPEN as OPEN_PHASES
from sikpro.domain.phase import Stage

OPEN = tuple(sorted(phase.value for phase in OPEN_PHASES))
HELPDESK_ROLES = ("helpdesk", "team_leader")


def _of(stage: Stage) -> tuple[str, ...]:
    return tuple(sorted(phase.value for phase in stage.phases))


COUNTED = (
    ("Giliran helpdesk", OPEN, "helpdesk", False),
    ("Berjalan", OPEN, "", False),
    ("Menunggu", _of(Stage.WAITING), "", False),
    ("Diproses", _of(Stage.IN_PROGRESS), "", False),
    ("Saya", OPEN, "", True),
    ("Tertahan", _of(Stage.HELD_UP), "", False),
)
"""The counts above the list: name, phases, turn, and whether only the person's own."""

NAVIGATION = tuple(
    (f"/{code}", code.capitalize())
    for code in (
        "orders",
        "new",
        "disturbances",
        "drafts",
        "dashboard",
        "recap",
        "shift",
        "devices",
        "people",
        "ledger",
    )
)


def age(received: datetime, now: datetime) -> str:
    """Return an age in its two largest units."""
    minutes = int((now - received).total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    return f"{days} hr {hours} j" if days else f"{hours} j {minutes % 60} mnt"


_ROWS = """
<table class="list orders"><thead><tr><th>Order</th><th>ODP / STO</th><th>Teknisi</th><th>Umur</th><th>Status</th>
<th>Helpdesk</th><th>Tindakan</th></tr></thead><tbody>
{% for row in rows %}<tr id="order-{{ row.id }}" data-order="{{ row.id }}">
<td class="order-cell"><input type="checkbox" name="order-{{ row.id }}" value="{{ row.version }}">
<a class="code" href="/orders/{{ row.id }}">{{ row.number }}</a> <span class="mark">{{ row.type }}</span>
{% if row.reply_waiting %}<span class="mark">Balasan baru</span>{% endif %}
{% if row.resubmitted %}<span class="mark">Dikirim ulang</span>{% endif %}</td>
<td><span class="code" title="{{ row.odp }}">{{ row.odp }}</span>
<span class="sub">{{ row.sto }} · SO {{ row.place.site_operation }}</span></td>
<td><span>{{ row.sender.name }}</span><span class="sub code">{{ row.technician }}</span></td>
<td><time datetime="{{ row.received.isoformat() }}">{{ age(row.received, now) }}</time>
<span class="sub">{{ row.received.strftime("%d %b %H.%M") }}</span></td>
<td><span class="badge {{ row.phase }}">{{ statuses[row.status] if statuses else row.status }}</span>
{% if row.last_feedback %}<span class="sub">“{{ row.last_feedback|truncate(90) }}”</span>{% endif %}</td>
<td>{% if row.has %}{{ row.has.name }}{% elif row.had %}terakhir {{ row.had.name }}{% endif %}</td>
<td>{% if row.holder is none %}<form method="post" action="/orders/{{ row.id }}/take"><input type="hidden" name="csrf"
value="{{ csrf }}"><button>Ambil</button></form>{% else %}<a href="/orders/{{ row.id }}">Buka</a>{% endif %}</td></tr>
{% endfor %}</tbody></table>
"""

BARE = f"<!doctype html><title>Antrean</title>{_ROWS}"
PAGE = (
    """<!doctype html><html lang="id"><head><meta charset="utf-8"><title>Antrean</title>
<link rel="stylesheet" href="/static/site.css"><script src="/static/site.js" defer></script></head><body>
<nav>"""
    + "".join(f'<a href="{path}">{name}</a>' for path, name in NAVIGATION)
    + """</nav><p>{{ me.name }} ({{ me.role }})</p>
<nav class="tabs">{% for name, count in counts %}<a href="/orders?view={{ loop.index }}">{{ name }}
<span class="count">{{ count }}</span></a>{% endfor %}</nav>
<form class="filters" action="/orders">{% for name, pairs in choices.items() %}<label>{{ name }}
<select name="{{ name }}"><option value="">Semua</option>{% for value, text in pairs %}
<option value="{{ value }}">{{ text }}</option>{% endfor %}</select></label>{% endfor %}<button>Saring</button></form>
<h1>Antrean</h1>"""
    + _ROWS
    + "</body></html>"
)
