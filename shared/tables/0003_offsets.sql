-- Where to go on reading each partition: a hint that saves time, never the truth.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE offsets (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    PRIMARY KEY (topic, partition)
);

DO $$ BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON offsets TO %I', current_schema());
END $$;
