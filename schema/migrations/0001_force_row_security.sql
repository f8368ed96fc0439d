-- What drizzle-kit does not write: policies bind the owner too, and each role gets the least it needs.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['audit','bootstrap_tokens','clusters','keys','nodes','used_assertions','memberships','organizations',
    'refresh_tokens','users','credentials','grants','resources','attachments','sessions']
  LOOP
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO fabric_platform', name);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON memberships, credentials, grants, resources, attachments, sessions TO fabric_tenant;
--> statement-breakpoint
GRANT SELECT ON organizations, users TO fabric_tenant;
--> statement-breakpoint
REVOKE UPDATE, DELETE ON audit FROM fabric_platform;
--> statement-breakpoint
GRANT SELECT, INSERT ON audit TO fabric_tenant;
--> statement-breakpoint
GRANT USAGE ON SEQUENCE audit_id_seq TO fabric_tenant, fabric_platform;
