-- What drizzle-kit does not write: the policy binds the owner too, and the platform's role alone gets rights.
ALTER TABLE "idempotency_keys" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "idempotency_keys" TO fabric_platform;
