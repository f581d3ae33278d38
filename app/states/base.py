"""What an enumeration of codes is: texts as they are stored, which the document of the API lists."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Codes(StrEnum):
    """The codes that one column takes. Each is the text that is stored, sealed and sent, and compares as it.

    What comes from the database stays a text and is not made one of these; it compares all the same. So a
    view says `Annotated[str, CaseState]`: a text, and in the document one of these codes.

    `list_name`: the code list of the catalogues that has their labels and sources, if there is one.
    """

    list_name: ClassVar[str | None]

    def __init_subclass__(cls, *, of: str | None = None) -> None:
        super().__init_subclass__()
        cls.list_name = of

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: object) -> CoreSchema:
        """The codes by value, for a document or a request."""
        return core_schema.literal_schema([code.value for code in cls])

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The codes, and the code list that has their labels."""
        said = handler(schema)
        return said if cls.list_name is None else {**said, "x-code-list": cls.list_name}
