-- A transaction reads and writes what is of the Länder that it reaches, whatever it asks for.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE positions ENABLE ROW LEVEL SECURITY;
ALTER TABLE positions FORCE ROW LEVEL SECURITY;
CREATE POLICY of_lands ON positions USING (land = ANY((SELECT reach())::text[]));

ALTER TABLE alerts ENABLE ROW LEVEL SECURITY;
ALTER TABLE alerts FORCE ROW LEVEL SECURITY;
CREATE POLICY of_lands ON alerts USING (land = ANY((SELECT reach())::text[]));

ALTER TABLE changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE changes FORCE ROW LEVEL SECURITY;
CREATE POLICY of_lands ON changes USING (land = ANY((SELECT reach())::text[]));

-- One may be told of several Länder; the routes show it to whoever reaches all of them.
ALTER TABLE recipients ENABLE ROW LEVEL SECURITY;
ALTER TABLE recipients FORCE ROW LEVEL SECURITY;
CREATE POLICY of_lands ON recipients USING (lands && (SELECT reach()));

ALTER TABLE deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE deliveries FORCE ROW LEVEL SECURITY;
CREATE POLICY of_lands ON deliveries USING (land = ANY((SELECT reach())::text[]));

ALTER TABLE attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE attempts FORCE ROW LEVEL SECURITY;
CREATE POLICY of_deliveries ON attempts
USING (EXISTS (SELECT FROM deliveries AS d WHERE d.id = attempts.delivery));
