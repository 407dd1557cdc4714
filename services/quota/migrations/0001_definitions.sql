-- What each quota is, as an append-only log: numbered per Land, applied after a ledger sequence.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE definitions (
    land text NOT NULL CHECK (land ~ '^[0-9]{2}$'),
    number bigint NOT NULL CHECK (number >= 1),
    quota text NOT NULL,
    kind text NOT NULL,
    change jsonb NOT NULL,
    ledger_sequence bigint NOT NULL CHECK (ledger_sequence >= 0),
    recorded_at timestamptz NOT NULL,
    actor text NOT NULL,
    PRIMARY KEY (land, number)
);

-- A quota's code is taken once, whatever its Land.
CREATE UNIQUE INDEX quotas_are_opened_once ON definitions (quota) WHERE kind = 'quota';

GRANT SELECT, INSERT ON definitions TO quota;
