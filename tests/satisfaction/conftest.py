from tests.database.conftest import admin as admin  # noqa: PLC0414 - a fixture
