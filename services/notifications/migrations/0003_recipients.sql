-- Who is told; the first ones are made once and do not come back after they were deleted.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE recipients (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    name text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('log', 'email', 'webhook')),
    address text,
    -- Null or empty: all of them.
    quotas text [],
    standings text [] CHECK (standings <@ ARRAY['under', 'on-quota', 'over']),
    language text NOT NULL CHECK (language IN ('de', 'en')),
    -- The Lands of the token that made it: it is told of no other.
    lands text [] NOT NULL CHECK (cardinality(lands) > 0),
    secret text,
    version bigint NOT NULL DEFAULT 1 CHECK (version > 0),
    CHECK (address IS NOT NULL OR channel = 'log'),
    CHECK ((secret IS NOT NULL) = (channel = 'webhook'))
);

CREATE TABLE first_recipients (
    name text PRIMARY KEY,
    made_at timestamptz NOT NULL DEFAULT now()
);

DO $$ BEGIN
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON recipients TO %I', current_schema());
    EXECUTE format(
        'GRANT UPDATE (name, address, quotas, standings, language, version) ON recipients TO %I',
        current_schema());
    EXECUTE format('GRANT SELECT, INSERT ON first_recipients TO %I', current_schema());
END $$;
