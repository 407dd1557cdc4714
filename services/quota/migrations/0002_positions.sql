-- How far each Land is applied: every change of its numbers moves this row by compare-and-set.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE positions (
    land text PRIMARY KEY CHECK (land ~ '^[0-9]{2}$'),
    sequence bigint NOT NULL DEFAULT 0 CHECK (sequence >= 0),
    definition bigint NOT NULL DEFAULT 0 CHECK (definition >= 0),
    crossing bigint NOT NULL DEFAULT 0 CHECK (crossing >= 0),
    ledger_hash text NOT NULL DEFAULT repeat('0', 64) CHECK (ledger_hash ~ '^[0-9a-f]{64}$'),
    held text
);

INSERT INTO positions (land) SELECT lpad(number::text, 2, '0') FROM generate_series(1, 16) number;

GRANT SELECT, UPDATE ON positions TO quota;
