ALTER TABLE key_operations FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE key_uses FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON key_operations, key_uses TO fabric_platform;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON key_uses TO fabric_tenant;
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['node_requests','snapshot_changes']
  LOOP
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO fabric_platform', name);
  END LOOP;
END $$;
--> statement-breakpoint
-- As in 0001: policies bind the owner too, and each role gets the least it needs.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['secrets','secret_versions','secret_uses']
  LOOP
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO fabric_platform', name);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON secrets, secret_versions TO fabric_tenant;
--> statement-breakpoint
-- What was used or shown is added and read, never changed; it goes with its secret.
GRANT SELECT, INSERT ON secret_uses TO fabric_tenant;
--> statement-breakpoint
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
