DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['node_requests','snapshot_changes']
  LOOP
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO fabric_platform', name);
  END LOOP;
END $$;
