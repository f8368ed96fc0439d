DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['verifiers','invitations','sign_in_attempts','devices','device_approvals','sign_ins','refresh_tokens','passkeys',
    'authenticators','recovery_codes','sign_in_policies']
  LOOP
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO fabric_platform', name);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON invitations, device_approvals, sign_in_policies TO fabric_tenant;
