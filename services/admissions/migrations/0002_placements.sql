-- How each placement now stands, derived from its entries: what cities read and correct.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE placements (
    -- UUIDv7: the order of ids is the order in which placements came.
    id uuid PRIMARY KEY,
    land text NOT NULL,
    sequence bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('recorded', 'corrected', 'withdrawn', 'transferred')),
    unit text NOT NULL CHECK (unit ~ '^[0-9]{5,8}$'),
    programme text NOT NULL CHECK (programme ~ '^[a-z]+(-[a-z]+)*$'),
    persons integer NOT NULL CHECK (persons BETWEEN 1 AND 10000),
    effective_on date NOT NULL CHECK (effective_on >= '1990-01-01'),
    reference text CHECK (reference ~ '^[A-Z0-9][A-Z0-9/._-]{0,39}$'),
    recorded_at timestamptz NOT NULL,
    -- Units that had the people before a transfer, each with its first day.
    legs_before jsonb NOT NULL DEFAULT '[]',
    units text[] NOT NULL CHECK (unit = ANY (units)),
    FOREIGN KEY (land, sequence) REFERENCES entries (land, sequence),
    CHECK (left(unit, 2) = land)
);

-- Lists are of units that have or had the people, newest first.
CREATE INDEX placements_by_units ON placements USING gin (units);

GRANT SELECT, INSERT ON placements TO admissions;
GRANT UPDATE (sequence, status, unit, programme, persons, effective_on, legs_before, units)
   ON placements TO admissions;
