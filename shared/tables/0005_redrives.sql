-- What became of dead letters that an operator sent through the door again; nothing is forgotten.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE redrives (
    dead_letter bigint NOT NULL REFERENCES dead_letters (id),
    number bigint GENERATED ALWAYS AS IDENTITY,
    redriven_at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('applied', 'known', 'skipped', 'refused', 'held')),
    detail text NOT NULL,
    PRIMARY KEY (dead_letter, number)
);

-- A letter is settled once; until then it may be tried again.
CREATE UNIQUE INDEX redrives_settle_once ON redrives (dead_letter)
    WHERE outcome IN ('applied', 'known', 'skipped');

DO $$ BEGIN
    EXECUTE format('GRANT SELECT, INSERT ON redrives TO %I', current_schema());
END $$;
