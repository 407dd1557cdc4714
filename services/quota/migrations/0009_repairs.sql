-- Who had which Land rebuilt, and what was wrong with it: append-only, as later counts need it.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE repairs (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    land text NOT NULL CHECK (land ~ '^[0-9]{2}$'),
    repaired_at timestamptz NOT NULL,
    actor text NOT NULL,
    -- Up to where it was rebuilt.
    sequence bigint NOT NULL CHECK (sequence >= 0),
    definition bigint NOT NULL CHECK (definition >= 0),
    -- How many differences were repaired, by check.
    repaired jsonb NOT NULL,
    -- Why the Land was held, if it was.
    released text,
    -- Crossings above `founded` up to `crossing` were raised by what is not in the ledger; they
    -- stay, and `corrections` more say where their units really stand.
    founded bigint NOT NULL CHECK (founded >= 0),
    crossing bigint NOT NULL CHECK (crossing >= founded),
    corrections bigint NOT NULL CHECK (corrections >= 0)
);

GRANT SELECT, INSERT ON repairs TO quota;
