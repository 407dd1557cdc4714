-- Every standing that changed, append-only, numbered without gaps per Land: the outbox of quota.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE crossings (
    land text NOT NULL CHECK (land ~ '^[0-9]{2}$'),
    sequence bigint NOT NULL CHECK (sequence >= 1),
    quota text NOT NULL,
    unit text NOT NULL,
    before text NOT NULL CHECK (before IN ('under', 'on-quota', 'over')),
    after text NOT NULL CHECK (after IN ('under', 'on-quota', 'over') AND after <> before),
    credited text NOT NULL,
    target text NOT NULL,
    balance text NOT NULL,
    cause text NOT NULL,
    ledger_sequence bigint NOT NULL CHECK (ledger_sequence >= 0),
    definition bigint NOT NULL CHECK (definition >= 0),
    found_at timestamptz NOT NULL,
    PRIMARY KEY (land, sequence)
);

CREATE INDEX crossings_by_quota ON crossings (quota, sequence);

GRANT SELECT, INSERT ON crossings TO quota;
