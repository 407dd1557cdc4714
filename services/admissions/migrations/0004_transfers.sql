-- Proposals of one unit to hand a placement over to another, and what became of them.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE transfers (
    -- UUIDv7: the order of ids is the order in which they were proposed.
    id uuid PRIMARY KEY,
    land text NOT NULL,
    placement uuid NOT NULL REFERENCES placements (id),
    from_unit text NOT NULL,
    to_unit text NOT NULL CHECK (to_unit <> from_unit),
    effective_on date NOT NULL,
    reason text NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'refused', 'void')),
    CHECK (left(from_unit, 2) = land AND left(to_unit, 2) = land)
);

-- A new proposal voids the open one.
CREATE UNIQUE INDEX one_open_transfer ON transfers (placement) WHERE state = 'proposed';
CREATE INDEX transfers_by_giver ON transfers (from_unit, id);
CREATE INDEX transfers_by_taker ON transfers (to_unit, id);

GRANT SELECT, INSERT ON transfers TO admissions;
GRANT UPDATE (state) ON transfers TO admissions;
