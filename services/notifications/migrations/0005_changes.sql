-- What became of alerts, numbered in the order of their commits: readers of the stream go on by it.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- Locked last, and until the commit: no number appears after a higher one, and none is missing.
CREATE TABLE last_change (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    number bigint NOT NULL CHECK (number >= 0)
);

INSERT INTO last_change (number) VALUES (0);

CREATE TABLE changes (
    number bigint PRIMARY KEY CHECK (number > 0),
    land text NOT NULL CHECK (land ~ '^[0-9]{2}$'),
    alert uuid NOT NULL REFERENCES alerts (id),
    kind text NOT NULL CHECK (kind IN ('raised', 'acknowledged', 'resolved')),
    at timestamptz NOT NULL,
    UNIQUE (alert, kind)
);

DO $$ BEGIN
    EXECUTE format('GRANT SELECT ON last_change TO %I', current_schema());
    EXECUTE format('GRANT UPDATE (number) ON last_change TO %I', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON changes TO %I', current_schema());
END $$;
