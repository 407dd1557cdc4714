-- Rows as they are written most cheaply: to compress a batch takes PostgreSQL six times as long as
-- to store it and saves a fifth; and a row that is changed often needs room for it on its page.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE entry_batches ALTER COLUMN entries SET STORAGE EXTERNAL;
ALTER TABLE snapshots ALTER COLUMN counts SET STORAGE EXTERNAL;
ALTER TABLE daily_sums SET (fillfactor = 60);
ALTER TABLE unit_counts SET (fillfactor = 60);
ALTER TABLE stretch_totals SET (fillfactor = 60);
ALTER TABLE positions SET (fillfactor = 60);
