-- What drizzle-kit does not write: policies bind the owner too, and each role gets the least it needs.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['roles','groups','group_members','support_access','service_accounts','api_keys','organization_settings',
    'organization_quotas']
  LOOP
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO fabric_platform', name);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON roles, groups, group_members, support_access, service_accounts, api_keys, organization_settings TO fabric_tenant;
--> statement-breakpoint
GRANT SELECT ON organization_quotas TO fabric_tenant;
