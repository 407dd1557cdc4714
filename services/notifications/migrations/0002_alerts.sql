-- One alert per crossing; the crossing in it never changes, only what became of the alert does.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE alerts (
    id uuid PRIMARY KEY,
    -- Newest first is by this number.
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    land text NOT NULL CHECK (land ~ '^[0-9]{2}$'),
    sequence bigint NOT NULL CHECK (sequence > 0),
    fingerprint text NOT NULL,
    quota text NOT NULL,
    unit text NOT NULL,
    before text NOT NULL CHECK (before IN ('under', 'on-quota', 'over')),
    after text NOT NULL CHECK (after IN ('under', 'on-quota', 'over')),
    credited_exact text NOT NULL,
    credited_decimal text NOT NULL,
    target_exact text NOT NULL,
    target_decimal text NOT NULL,
    balance_exact text NOT NULL,
    balance_decimal text NOT NULL,
    cause text NOT NULL,
    ledger_sequence bigint NOT NULL CHECK (ledger_sequence >= 0),
    definition bigint NOT NULL CHECK (definition >= 0),
    state text NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
    raised_at timestamptz NOT NULL,
    acknowledged_by text,
    acknowledged_at timestamptz,
    note_code text CHECK (note_code IN ('informed', 'agreed-catch-up', 'data-error', 'no-action')),
    resolved_by bigint,
    undone_by_correction boolean NOT NULL DEFAULT false,
    UNIQUE (land, sequence),
    CHECK ((acknowledged_by IS NULL) = (acknowledged_at IS NULL)),
    CHECK (note_code IS NULL OR acknowledged_by IS NOT NULL),
    CHECK (state <> 'open' OR acknowledged_by IS NULL),
    CHECK (state <> 'acknowledged' OR acknowledged_by IS NOT NULL),
    CHECK (after <> 'on-quota' OR state = 'resolved'),
    CHECK (resolved_by > sequence),
    CHECK (resolved_by IS NULL OR state = 'resolved'),
    CHECK (NOT undone_by_correction OR resolved_by IS NOT NULL)
);

-- A unit has at most one alert of a quota that waits for a person.
CREATE UNIQUE INDEX alerts_unresolved ON alerts (land, quota, unit) WHERE state <> 'resolved';
CREATE INDEX alerts_of_unit ON alerts (unit, number);
CREATE INDEX alerts_resolved_by ON alerts (land, resolved_by) WHERE resolved_by IS NOT NULL;

DO $$ BEGIN
    EXECUTE format('GRANT SELECT, INSERT ON alerts TO %I', current_schema());
    EXECUTE format(
        'GRANT UPDATE (state, acknowledged_by, acknowledged_at, note_code, resolved_by,'
        ' undone_by_correction) ON alerts TO %I', current_schema());
END $$;
