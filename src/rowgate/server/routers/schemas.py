"""The shapes of requests and responses. What is not named here never leaves the server."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, GetJsonSchemaHandler, StrictBool
from pydantic_core import CoreSchema

from rowgate.server.described import without_defaults


def is_storable(text: str) -> bool:
    """Return whether PostgreSQL can store a text: no NUL, and no lone surrogates, which JSON can say and UTF-8 cannot."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def storable(text: str) -> str:
    """Return a text that PostgreSQL can store.

    Raises:
        ValueError: it cannot.
    """
    if not is_storable(text):
        raise ValueError("NUL characters and lone surrogates cannot be stored")
    return text


Line = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(storable)]
Label = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(storable)]
Username = Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[\w.@+-]+$"), AfterValidator(storable)]
Text = Annotated[str, Field(max_length=1_000_000), AfterValidator(storable)]


SECRET, OTHER_SECRET = "four words of hers alone", "staple of the horse"
OPAQUE = "Gx0U1c9y2JmYk1pQpYbqz0Vw7l4bHn5sT3aE8dR6fKo"
"""What examples show for passwords and for tokens."""


def example(**values: Any) -> ConfigDict:
    """Return the configuration of a request's shape that shows an example of it."""
    return ConfigDict(json_schema_extra={"examples": [values]})


class Strict(BaseModel):
    """A request: an unknown field is an error, not a silence."""

    model_config = ConfigDict(extra="forbid")


class Patch(Strict):
    """A request to change what it names. Its schema has no defaults: what is left out stays."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe it, without the values that stand for what is left out."""
        found = handler(schema)
        without_defaults(handler.resolve_ref_schema(found))
        return found


class Stored(BaseModel):
    """A response made from a row."""

    model_config = ConfigDict(from_attributes=True)


class DocumentIn(Strict):
    """A new document. Its owner is whoever sends it."""

    model_config = example(title="Minutes", content="We met, and agreed.", is_public=False)

    title: Line
    content: Text
    is_public: StrictBool = True
    requires_paid_access: StrictBool = False


class DocumentPatch(Patch):
    """What to change; what is left out stays."""

    model_config = example(title="Minutes of Monday")

    title: Line = ""
    content: Text = ""
    is_public: StrictBool = True
    requires_paid_access: StrictBool = False


class DocumentOut(Stored):
    """A document."""

    id: UUID
    title: str
    content: str
    owner_id: UUID
    is_public: bool
    requires_paid_access: bool
    is_deleted: bool
    created_at: datetime
    updated_at: datetime


class DocumentPermissions(BaseModel):
    """What whoever asks may do to a document."""

    update: bool
    delete: bool
    share: bool


class DocumentRow(DocumentOut):
    """A document, and beside it what was asked for: permissions; with `q` its rank and what was found, as HTML."""

    permissions: DocumentPermissions | None = None
    rank: float | None = None
    highlight: str | None = None

    @classmethod
    def of(cls, row: Any) -> Self:
        """Make it of a row; what was not asked for is left out."""
        found = {name: value for name, value in row._mapping.items() if name in ("rank", "highlight")}
        if "may_update" in row._mapping:
            found["permissions"] = DocumentPermissions(
                update=row.may_update, delete=row.may_delete, share=row.may_share
            )
        document = DocumentOut.model_validate(row[0]).model_dump()
        return cls(**document, **found)


class DocumentPage(BaseModel):
    """A page of documents: newest first, or what fits best first. `next_cursor` is null on the last."""

    items: list[DocumentRow]
    next_cursor: str | None


class UserOut(Stored):
    """A user, as she sees herself."""

    id: UUID
    username: str
    email: str
    is_active: bool
    created_at: datetime
    roles: list[str]


class NewUser(Strict):
    """Who is to be created."""

    username: Username
    email: EmailStr


class Health(BaseModel):
    """Whether the server can work."""

    status: str
