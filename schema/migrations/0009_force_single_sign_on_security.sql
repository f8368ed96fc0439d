-- As in 0001: policies bind the owner too, and each role gets the least it needs.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['identity_providers','verified_domains','sso_identities','sso_attempts','sso_codes','sso_assertions']
  LOOP
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO fabric_platform', name);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON identity_providers TO fabric_tenant;
