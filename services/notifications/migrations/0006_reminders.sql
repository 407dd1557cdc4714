-- Whoever does not answer is reminded; what waits to be sent may take further alerts along.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- How many reminders were planned.
ALTER TABLE alerts ADD COLUMN reminded integer NOT NULL DEFAULT 0;
-- The number of the reminder that it is; 0 is the first notification.
ALTER TABLE deliveries ADD COLUMN reminder integer NOT NULL DEFAULT 0;

-- It is empty when it is made: nothing reminds of anything before this migration.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX deliveries_reminding ON deliveries (land) WHERE state = 'pending' AND reminder > 0;

DO $$ BEGIN
    EXECUTE format('GRANT UPDATE (reminded) ON alerts TO %I', current_schema());
    EXECUTE format('GRANT UPDATE (alerts) ON deliveries TO %I', current_schema());
END $$;
