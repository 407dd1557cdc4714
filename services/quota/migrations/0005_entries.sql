-- Quota's own copy of the ledger, packed by applied batch: what every number opens down to.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE entry_batches (
    land text NOT NULL CHECK (land ~ '^[0-9]{2}$'),
    first_sequence bigint NOT NULL CHECK (first_sequence >= 1),
    last_sequence bigint NOT NULL CHECK (last_sequence >= first_sequence),
    last_recorded_at timestamptz NOT NULL,
    entries bytea NOT NULL,
    PRIMARY KEY (land, last_sequence)
);

-- What was known at an instant.
CREATE INDEX entry_batches_by_time ON entry_batches (land, last_recorded_at);

GRANT SELECT, INSERT ON entry_batches TO quota;
