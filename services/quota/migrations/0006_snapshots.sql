-- All counts of a Land at some places of its past: every other place is replayed from one of them.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE snapshots (
    land text NOT NULL CHECK (land ~ '^[0-9]{2}$'),
    sequence bigint NOT NULL CHECK (sequence >= 0),
    definition bigint NOT NULL CHECK (definition >= 0),
    crossing bigint NOT NULL CHECK (crossing >= 0),
    ledger_hash text NOT NULL,
    counts bytea NOT NULL,
    PRIMARY KEY (land, sequence, definition)
);

GRANT SELECT, INSERT ON snapshots TO quota;
