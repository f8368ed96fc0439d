CREATE TABLE "key_operations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"kind" text NOT NULL,
	"organization" uuid,
	"state" text DEFAULT 'running' NOT NULL,
	"place" jsonb NOT NULL,
	"looked" integer DEFAULT 0 NOT NULL,
	"moved" integer DEFAULT 0 NOT NULL,
	"error" text,
	"reason" text NOT NULL,
	"started_by" text NOT NULL,
	"finished_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "key_operations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "key_uses" (
	"org_id" uuid NOT NULL,
	"minute" timestamp with time zone NOT NULL,
	"purpose" text NOT NULL,
	"subject" text NOT NULL,
	"actor" text NOT NULL,
	"uses" integer NOT NULL,
	CONSTRAINT "key_uses_org_id_minute_purpose_subject_actor_pk" PRIMARY KEY("org_id","minute","purpose","subject","actor")
);
--> statement-breakpoint
ALTER TABLE "key_uses" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "keys" ADD COLUMN "phase" text DEFAULT 'active' NOT NULL;--> statement-breakpoint
ALTER TABLE "keys" ADD COLUMN "phase_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "acknowledged_version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "keys_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "certified_by" uuid;--> statement-breakpoint
ALTER TABLE "key_operations" ADD CONSTRAINT "key_operations_organization_organizations_id_fk" FOREIGN KEY ("organization") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "key_uses" ADD CONSTRAINT "key_uses_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "key_operations_running" ON "key_operations" USING btree ("state") WHERE "key_operations"."state" = 'running';--> statement-breakpoint
CREATE INDEX "key_uses_minute" ON "key_uses" USING btree ("minute");--> statement-breakpoint
CREATE POLICY "key_operations_platform" ON "key_operations" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "key_uses_tenant_select" ON "key_uses" AS PERMISSIVE FOR SELECT TO "fabric_tenant" USING ("key_uses"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "key_uses_tenant_insert" ON "key_uses" AS PERMISSIVE FOR INSERT TO "fabric_tenant" WITH CHECK ("key_uses"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "key_uses_tenant_update" ON "key_uses" AS PERMISSIVE FOR UPDATE TO "fabric_tenant" USING ("key_uses"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("key_uses"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "key_uses_platform" ON "key_uses" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);