"""What is an outage, after which the same may be tried again, and what is a mistake."""

import ssl

import asyncpg
import pytest

from shared.postgres import is_outage

OUTAGES = [
    asyncpg.InvalidPasswordError(),  # until its file is rotated, too
    ssl.SSLCertVerificationError(1, "unknown authority"),
    ConnectionRefusedError(),
    ConnectionResetError(),
    TimeoutError(),
    TimeoutError(),
    OSError("Multiple exceptions: [Errno 111] Connect call failed"),
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    asyncpg.AdminShutdownError(),
    asyncpg.CrashShutdownError(),
    asyncpg.TooManyConnectionsError(),
    asyncpg.OutOfMemoryError(),
    asyncpg.DiskFullError(),
    asyncpg.QueryCanceledError(),
    asyncpg.LockNotAvailableError(),
    asyncpg.DeadlockDetectedError(),
    asyncpg.SerializationError(),
    asyncpg.IdleInTransactionSessionTimeoutError(),
    asyncpg.ReadOnlySQLTransactionError("the server that was asked is a replica"),
    asyncpg.InterfaceError("pool is closing"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.InternalClientError("cannot switch to state 12; another operation is in progress"),
]
MISTAKES = [
    ValueError(),
    TypeError(),
    KeyError(),
    asyncpg.UniqueViolationError(),
    asyncpg.CheckViolationError(),
    asyncpg.NotNullViolationError(),
    asyncpg.UndefinedTableError(),
    asyncpg.PostgresSyntaxError(),
    asyncpg.InsufficientPrivilegeError(),
    asyncpg.CharacterNotInRepertoireError(),
    asyncpg.NumericValueOutOfRangeError(),
    asyncpg.ClientConfigurationError("no such option"),
]


@pytest.mark.parametrize("failure", OUTAGES, ids=lambda failure: type(failure).__name__)
def test_an_outage_is_told(failure: Exception) -> None:
    assert is_outage(failure)


@pytest.mark.parametrize("failure", MISTAKES, ids=lambda failure: type(failure).__name__)
def test_a_mistake_is_no_outage(failure: Exception) -> None:
    assert not is_outage(failure)
