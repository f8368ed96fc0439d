-- As in 0001: policies bind the owner too, and each role gets the least it needs.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['recordings','access_requests']
  LOOP
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO fabric_platform', name);
  END LOOP;
END $$;
--> statement-breakpoint
-- Nodes write recordings, by the platform's role; an organization reads and removes its own.
GRANT SELECT, DELETE ON recordings TO fabric_tenant;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON access_requests TO fabric_tenant;
