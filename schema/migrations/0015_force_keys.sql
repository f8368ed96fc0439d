ALTER TABLE key_operations FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE key_uses FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON key_operations, key_uses TO fabric_platform;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON key_uses TO fabric_tenant;
