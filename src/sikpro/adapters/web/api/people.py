"""People: oneself, colleagues, technicians. Accounts change on the console alone, which asks for the password again."""

from litestar import Controller, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from sikpro.adapters.web.api.call import LARGEST_ID, Answer, Call
from sikpro.adapters.web.api.faults import ApiFault
from sikpro.adapters.web.api.order_bodies import Strict
from sikpro.application.as_json import PersonJson, Somebody, person_json
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.remark_order import colleagues
from sikpro.application.use_cases.people.edit_people import edit_person, person_texts
from sikpro.application.use_cases.people.manage_people import add_technician, must_manage_phone, set_active
from sikpro.domain.errors import NotFound
from sikpro.domain.people import Permission, Person, Role


class People(Struct):
    """People by name."""

    people: list[PersonJson]


class Colleagues(Struct):
    """Who can be named in a note, by user name."""

    colleagues: list["Colleague"]


class Colleague(Somebody):
    """A colleague with their user name and role."""

    username: str
    role: str


class Me(Struct):
    """Who the token is, what they may, and what the token may."""

    person: PersonJson
    permissions: list[str]
    scope: str


class NewTechnician(Strict):
    """A new technician."""

    name: str
    technician_code: str
    site_operation: str = ""
    phone: str = ""


class ChangedTechnician(Strict):
    """What to change of a technician; what is left out stays, "" is none. `active`: false keeps them out."""

    name: str | None = None
    technician_code: str | None = None
    site_operation: str | None = None
    phone: str | None = None
    language: str | None = None
    active: bool | None = None


class PeopleApi(Controller):
    """People as far as the caller may see them."""

    path = "/people"
    tags = ["People"]  # noqa: RUF012  # Litestar's own type for it

    @get("/me", operation_id="get_me", summary="Who am I, and what may I do")
    async def me(self, call: NamedDependency[Call]) -> Response[Me]:
        """Return the person of the token with their permissions at this moment."""
        permissions = [permission.value for permission in Permission if call.me.may(permission)]
        return await call.shown(lambda _: Answer(content=Me(person_json(call.me), permissions, call.token.scope.value)))

    @get("/colleagues", operation_id="list_colleagues", summary="List who can be named in a note")
    async def colleagues(self, call: NamedDependency[Call]) -> Response[Colleagues]:
        """Return the accounts that read notes, by user name."""

        def work(uow: UnitOfWork) -> Answer[Colleagues]:
            call.me.must(Permission.VIEW_ALL)
            found = [
                Colleague(id=one.id, name=one.name, username=one.username or "", role=one.role or "")
                for one in colleagues(uow)
            ]
            return Answer(content=Colleagues(found))

        return await call.shown(work)

    @get(operation_id="list_people", summary="List technicians, or for an admin everybody")
    async def all(
        self, call: NamedDependency[Call], role: FromQuery[Role | None] = None, active: FromQuery[bool | None] = None
    ) -> Response[People]:
        """Return people by name, of a role, active or not; accounts only for an admin."""

        def work(uow: UnitOfWork) -> Answer[People]:
            call.me.must(Permission.MANAGE_TECHNICIANS)
            everybody = call.me.may(Permission.ADMINISTER)
            found = [
                one
                for one in sorted(uow.people.all(), key=lambda one: (one.name, one.id))
                if (everybody or one.role is None)
                and (role is None or role in one.roles)
                and (active is None or one.active is active)
            ]
            return Answer(content=People([person_json(one) for one in found]))

        return await call.shown(work)

    @get("/{person_id:int}", operation_id="get_person", summary="Get a person")
    async def show(self, call: NamedDependency[Call], person_id: FromPath[int]) -> Response[PersonJson]:
        """Return oneself, or somebody whom the caller manages."""

        def work(uow: UnitOfWork) -> Answer[PersonJson]:
            person = _person(uow, person_id)
            must_manage_phone(call.me, person)
            return _answer(person)

        return await call.shown(work)

    @post("/technicians", operation_id="add_technician", summary="Add a technician", status_code=201)
    async def add(self, call: NamedDependency[Call], data: JSONBody[NewTechnician]) -> Response[PersonJson]:
        """Add a technician, who then can connect their Telegram."""

        def work(uow: UnitOfWork) -> Answer[PersonJson]:
            person = add_technician(
                uow,
                name=data.name,
                technician_code=data.technician_code,
                site_operation=data.site_operation,
                phone=data.phone,
                now=call.now,
                by=call.me,
            )
            return _answer(person, 201)

        return await call.act(work)

    @patch("/technicians/{person_id:int}", operation_id="change_technician", summary="Change a technician")
    async def change(
        self, call: NamedDependency[Call], person_id: FromPath[int], data: JSONBody[ChangedTechnician]
    ) -> Response[PersonJson]:
        """Change somebody without an account. Accounts change on the console alone."""

        def work(uow: UnitOfWork) -> Answer[PersonJson]:
            person = _person(uow, person_id)
            if person.role is not None:
                call.me.must(Permission.ADMINISTER)
                raise ApiFault("api.person.account", 403)
            given = {name: getattr(data, name) for name in data.__struct_fields__ if name != "active"}
            texts = {name: text for name, text in given.items() if text is not None}
            if texts:
                typed = {**person_texts(person), **texts}
                person = edit_person(uow, person.id, typed, version=person.version, by=call.me, now=call.now)
            if data.active is not None:
                person = set_active(uow, person.id, data.active, call.me, call.now)
            return _answer(person)

        return await call.act(work)


def _person(uow: UnitOfWork, person_id: int) -> Person:
    if not 0 < person_id < LARGEST_ID:
        raise NotFound(what="person", name=str(person_id)[:20])
    return uow.people.get(person_id)


def _answer(person: Person, status: int = 200) -> Answer[PersonJson]:
    return Answer(content=person_json(person), status=status)
