"""Bodies of requests: strict JSON of a known shape. What is wrong with one is said of its field."""

import re
from typing import Any, TypeVar

import msgspec
from litestar.dto import AbstractDTO, DTOConfig
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition
from msgspec import Struct

from sikpro.adapters.web.api.faults import ApiFault
from sikpro.domain.errors import InvalidFields, InvalidValue
from sikpro.domain.text import storable

T = TypeVar("T")

_AT = re.compile(r" - at `\$\.?(.*?)`$")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`")
_MISSING = re.compile(r"Object missing required field `(.*)`")


def read_body(body: bytes, kind: type[T]) -> T:
    """Read a body of a shape. Raises `ApiFault` for what is no JSON, `InvalidFields` for the first wrong field."""
    try:
        read: T = _storable(msgspec.json.decode(body, type=kind))
        return read
    except msgspec.ValidationError as error:
        raise _wrong(str(error), kind) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ApiFault("api.body.json", 400, {"typed": str(error)[:200]}) from None


class Body(AbstractDTO[Struct]):
    """Lets Litestar read bodies with `read_body`, and describes them as they are."""

    config = DTOConfig()
    model_type = Struct

    @classmethod
    def create_for_field_definition(cls, field_definition: FieldDefinition, *_: Any, **__: Any) -> None:
        """Do nothing: there is no second model of a body."""

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: Any
    ) -> Reference | Schema:
        """Return the schema of the body's own shape."""
        schema: Reference | Schema = schema_creator.for_field_definition(field_definition)
        return schema

    def decode_bytes(self, value: bytes) -> Any:
        """Read a body."""
        field = self.asgi_connection.route_handler.parsed_data_field
        return read_body(value, field.annotation)

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Any:
        """Return nothing: `create_for_field_definition` asks for none."""
        return iter(())

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        """Return False: there is no second model of a body."""
        return False


def _wrong(message: str, kind: type[Any]) -> InvalidFields:
    found = _AT.search(message)
    at, said = (found[1], message[: found.start()]) if found else ("", message)
    if unknown := _UNKNOWN.fullmatch(said):
        name = f"{at}.{unknown[1]}".lstrip(".")
        return InvalidFields({name[:64]: InvalidValue("api.field.unknown", unknown[1], known=known_fields(kind, at))})
    if missing := _MISSING.fullmatch(said):
        name = f"{at}.{missing[1]}".lstrip(".")
        return InvalidFields({name: InvalidValue("api.field.missing", missing[1], known=known_fields(kind, at))})
    return InvalidFields({at[:64] or "$": InvalidValue("api.field.type", at or "$", why=said[:200])})


def known_fields(kind: type[Any], at: str = "") -> str:
    """Return the names of the fields of a shape, or of the shape at one of its fields."""
    for name in filter(None, at.split(".")):
        inner = next((one.type for one in msgspec.structs.fields(kind) if one.encode_name == name), None)
        inside = [
            one for one in getattr(inner, "__args__", (inner,)) if isinstance(one, type) and issubclass(one, Struct)
        ]
        if not inside:
            return "-"
        kind = inside[0]
    return ", ".join(one.encode_name for one in msgspec.structs.fields(kind))


def _storable(value: Any) -> Any:
    """Return a read body with its texts as they can be stored."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, Struct):
        for name in value.__struct_fields__:
            setattr(value, name, _storable(getattr(value, name)))
    return value
