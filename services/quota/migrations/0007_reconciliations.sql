-- What every reconciliation of all Länder found, in numbers: append-only.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE reconciliations (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    begun_at timestamptz NOT NULL,
    seconds double precision NOT NULL CHECK (seconds >= 0),
    actor text NOT NULL,
    lands integer NOT NULL CHECK (lands >= 0),
    entries bigint NOT NULL CHECK (entries >= 0),
    different bigint NOT NULL CHECK (different >= 0),
    by_check jsonb NOT NULL
);

GRANT SELECT, INSERT ON reconciliations TO quota;
