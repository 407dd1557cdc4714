"""A COMMIT whose outcome nobody was told is tried again under its key: one effect, always."""

import pytest

from tests.integration.servers import OwnDatabase
from tests.integration.shared.conftest import make_table
from tests.integration.shared.cutting import a_wire
from tests.integration.shared.issuers import IssuerInTest
from tests.integration.shared.processes import notes_here
from tests.sizes import sized

pytestmark = pytest.mark.asyncio


@pytest.mark.promise(16)
@pytest.mark.timeout(sized(60, 900))
@pytest.mark.parametrize(("side", "replayed"), [("before", None), ("after", "true")])
async def test_a_commit_that_was_cut_has_one_effect(
    database: OwnDatabase, issuer: IssuerInTest, side: str, replayed: str | None
) -> None:
    await make_table(database)
    password = database.passwords["quota"]
    async with a_wire(database.server.port) as wire:
        url = f"postgresql://quota@127.0.0.1:{wire.port}/{database.name}?sslmode=disable"
        async with notes_here(url, password, issuer) as notes:
            for number in range(sized(10, 250)):
                said = f"note-{number}"
                wire.breaks, wire.mark = side, said.encode()
                first = await notes.write(said, said)
                assert (first.status_code, wire.broken) == (503, number + 1)
                again = await notes.write(said, said)
                assert (again.status_code, again.headers.get("idempotency-replayed")) == (
                    201,
                    replayed,
                )
                assert await notes.count(said) == 1
