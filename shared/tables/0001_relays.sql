-- How far each Land's numbered rows were published, and where the last record of each went.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE relay_positions (
    land text PRIMARY KEY CHECK (land ~ '^[0-9]{2}$'),
    sequence bigint NOT NULL CHECK (sequence >= 0),
    event text NOT NULL,
    cluster text NOT NULL,
    log_offset bigint NOT NULL CHECK (log_offset >= 0)
);

DO $$ BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON relay_positions TO %I', current_schema());
END $$;
