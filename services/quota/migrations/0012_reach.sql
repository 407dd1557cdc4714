-- A transaction reads and writes what is of the Länder that it reaches, whatever it asks for.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- What was known by its quota's code alone says its Land, too. No row can be without one: the
-- policies below neither show nor take it.
ALTER TABLE scales ADD COLUMN land text CHECK (land ~ '^[0-9]{2}$');
ALTER TABLE unit_counts ADD COLUMN land text CHECK (land ~ '^[0-9]{2}$');
ALTER TABLE stretch_totals ADD COLUMN land text CHECK (land ~ '^[0-9]{2}$');
UPDATE scales SET land = d.land FROM definitions AS d
WHERE d.quota = scales.quota AND d.kind = 'quota';
UPDATE unit_counts SET land = s.land FROM scales AS s WHERE s.quota = unit_counts.quota;
UPDATE stretch_totals SET land = s.land FROM scales AS s WHERE s.quota = stretch_totals.quota;

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY[
        'definitions', 'positions', 'scales', 'unit_counts', 'stretch_totals', 'daily_sums',
        'crossings', 'entry_batches', 'snapshots', 'repairs'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY of_lands ON %I USING (land = ANY((SELECT reach())::text[]))', name);
    END LOOP;
END $$;
