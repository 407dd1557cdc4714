-- Alerts on their way: claimed by one notifier at a time, tried until accepted or given up.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    -- No foreign key: a recipient may be deleted, what was sent to it stays on record.
    recipient uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('log', 'email', 'webhook')),
    land text NOT NULL CHECK (land ~ '^[0-9]{2}$'),
    alerts uuid [] NOT NULL,
    planned_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'given-up')),
    next_try timestamptz,
    -- What the first try sent; the later ones send the same bytes.
    content bytea,
    tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    -- Whoever sends holds a numbered claim until this moment; afterwards another one may.
    claim bigint NOT NULL DEFAULT 0,
    claimed_until timestamptz,
    CHECK ((state = 'pending') = (next_try IS NOT NULL))
);

CREATE INDEX deliveries_due ON deliveries (recipient, next_try, number)
    WHERE state = 'pending';

CREATE TABLE attempts (
    delivery uuid NOT NULL REFERENCES deliveries (id),
    number bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome ~ '^[a-z0-9-]+$'),
    PRIMARY KEY (delivery, number)
);

DO $$ BEGIN
    EXECUTE format('GRANT SELECT, INSERT ON deliveries, attempts TO %I', current_schema());
    EXECUTE format(
        'GRANT UPDATE (state, next_try, content, tries, claim, claimed_until) ON deliveries TO %I',
        current_schema());
END $$;
