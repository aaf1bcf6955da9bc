"""What the installation knows, for the reader."""

from functools import cache

from sikpro.application.conversation.reader.dictionary import TYPE_NAMES
from sikpro.application.conversation.reader.known import Known
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import makers_in_use
from sikpro.application.use_cases.catalogue.typed_values import patterns_of
from sikpro.domain.text import codes_near, one_line


def known_in(uow: UnitOfWork) -> Known:
    """Return the catalogues' codes, the makers and the technicians. Technicians are looked up when they are needed."""

    def technician(code: str) -> bool:
        return uow.people.by_code(code) is not None

    @cache
    def codes() -> tuple[str, ...]:
        return tuple(one.technician_code for one in uow.people.all() if one.technician_code and one.active)

    return Known(
        types={row.code for row in uow.catalogue.order_types() if row.active},
        stos={row.code for row in uow.catalogue.stos() if row.active},
        makers=tuple(makers_in_use(uow)),
        technician=technician,
        near=lambda code: codes_near(code, codes()),
        type_names={
            one_line(name).upper(): row.code
            for row in uow.catalogue.order_types()
            if row.active
            for name in (row.label.id, row.label.en, *TYPE_NAMES.get(row.code, ()))
            if one_line(name).upper() != row.code
        },
        any_technician=lambda: not codes(),
        patterns=patterns_of(uow),
    )
