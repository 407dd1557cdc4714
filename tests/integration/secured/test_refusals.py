"""Who is not who they say is refused, on either side, and a sentence says why."""

import asyncio
import os
import ssl
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from pydantic import SecretStr

from access.kafka import KafkaPlace
from access.transport import SecretFile, verified
from embedded.database import NAME
from embedded.postgres import OWNER, PostgresServer
from shared.kafka import load_cluster_id, make_broker, reading, start_broker
from shared.postgres import connect, is_outage
from shared.topics import PLACEMENTS, ensure_topics
from tests.eventually import eventually
from tests.integration.processes import running_module
from tests.integration.secured.authority import Authority
from tests.integration.secured.place import Secured
from tests.integration.secured.servers import HOST, USER

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]
ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
WRONG = "wrong-but-secret"


def with_wrong_password(secured: Secured) -> KafkaPlace:
    return replace(secured.kafka, password=lambda: WRONG)


async def test_kafka_lets_in_whom_it_knows(secured: Secured) -> None:
    inside = KafkaPlace(secured.server_of_kafka.bootstrap)
    assert await load_cluster_id(secured.kafka) == await load_cluster_id(inside)
    await ensure_topics(secured.kafka, prefix="tls.")
    place = TopicPartition(f"tls.{PLACEMENTS}", 0)
    async with reading(secured.kafka, 10) as asking:
        assert await asking.end_offsets([place]) == {place: 0}


async def test_kafka_of_an_unknown_authority_is_not_spoken_to(
    secured: Secured, stranger: Authority
) -> None:
    with pytest.raises(KafkaConnectionError) as refusal:
        await ensure_topics(replace(secured.kafka, ca_file=stranger.file))
    said = "shows a certificate that is not accepted: unable to get local issuer certificate"
    assert str(refusal.value) == f"KafkaConnectionError: {secured.kafka.bootstrap} {said}"


async def test_kafka_by_another_name_is_not_spoken_to(secured: Secured) -> None:
    other = f"127.0.0.1:{secured.server_of_kafka.secured_port}"
    with pytest.raises(KafkaConnectionError) as refusal:
        await load_cluster_id(replace(secured.kafka, bootstrap=other))
    assert f"{other} shows a certificate that is not accepted: IP address mismatch" in str(
        refusal.value
    )


async def test_kafka_refuses_a_wrong_password_and_the_reader_says_so(
    secured: Secured, caplog: pytest.LogCaptureFixture
) -> None:
    broker = make_broker(with_wrong_password(secured))
    starting = asyncio.create_task(start_broker(broker))
    said = f"waiting for Kafka: KafkaConnectionError: {secured.kafka.bootstrap} does not accept our"
    try:
        await eventually(
            lambda: f"{said} name or password" in caplog.text, within=20, because="it is refused"
        )
    finally:
        starting.cancel()
    assert not broker.running
    assert WRONG not in caplog.text


async def test_postgresql_is_spoken_to_by_tls(secured: Secured) -> None:
    tx = await connect(secured.url, secured.password, "test")
    assert await tx.fetchval(ENCRYPTED)
    await tx.close()


async def test_postgresql_of_an_unknown_authority_is_not_spoken_to(
    secured: Secured, stranger: Authority
) -> None:
    url = verified(secured.postgres.address(HOST, NAME), stranger.file)
    with pytest.raises(ssl.SSLCertVerificationError, match="local issuer certificate") as refusal:
        await connect(url, secured.password, "test")
    assert is_outage(refusal.value)


async def test_postgresql_by_another_name_is_not_spoken_to(secured: Secured) -> None:
    url = verified(secured.postgres.address("127.0.0.1", NAME), secured.authority.file)
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        await connect(url, secured.password, "test")


async def test_postgresql_without_tls_is_not_spoken_to(
    secured: Secured, postgres: PostgresServer
) -> None:
    url = verified(postgres.url(OWNER, postgres.password, "postgres"), secured.authority.file)
    with pytest.raises(ConnectionError, match="rejected SSL upgrade"):
        await connect(url, None, "test")


async def test_postgresql_refuses_a_wrong_password(secured: Secured) -> None:
    wrong = SecretFile(SecretStr(WRONG), None)
    with pytest.raises(asyncpg.InvalidPasswordError) as refusal:
        await connect(secured.url, wrong, "test")
    assert str(refusal.value) == f'password authentication failed for user "{USER}"'


async def test_jobs_of_the_start_take_the_same_settings(secured: Secured) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        **secured.settings,
        "HAFENLOTSE_TOPIC_PREFIX": "job.",
    }
    async with running_module("shared.topics", env=environment) as topics:
        assert await topics.wait() == 0
    owner = {
        "HAFENLOTSE_DATABASE_URL": f"postgresql://{OWNER}@{HOST}:{secured.postgres.port}/{NAME}",
        "PGPASSWORD": secured.postgres.password,
    }
    async with running_module("deploy.migrations", USER, env=environment | owner) as migrations:
        assert await migrations.wait() == 0


async def test_a_ca_file_that_is_gone_is_an_outage(secured: Secured, tmp_path: Path) -> None:
    url = verified(secured.postgres.address(HOST, NAME), tmp_path / "none.pem")
    with pytest.raises(Exception, match=r"none\.pem|No such file") as fault:
        await connect(url, secured.password, "test")
    assert is_outage(fault.value)
