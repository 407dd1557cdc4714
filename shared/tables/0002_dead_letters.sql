-- Records that can't be an event of ours: kept with bytes, place and reason, never dropped.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    partition integer NOT NULL,
    log_offset bigint NOT NULL,
    digest text NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    key bytea,
    value bytea,
    headers jsonb NOT NULL,
    arrived_at timestamptz NOT NULL DEFAULT now(),
    -- The same place holds another record once a broker lost its data, so the digest belongs in.
    UNIQUE (topic, partition, log_offset, digest)
);

DO $$ BEGIN
    EXECUTE format('GRANT SELECT, INSERT ON dead_letters TO %I', current_schema());
END $$;
