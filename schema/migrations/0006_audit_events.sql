CREATE TABLE "chains" (
	"chain" uuid PRIMARY KEY NOT NULL,
	"audit_seq" bigint DEFAULT 0 NOT NULL,
	"audit_hash" text NOT NULL,
	"event_seq" bigint DEFAULT 0 NOT NULL,
	"trimmed_seq" bigint DEFAULT 0 NOT NULL,
	"retention_days" integer
);
--> statement-breakpoint
ALTER TABLE "chains" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "checkpoints" (
	"chain" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"hash" text NOT NULL,
	"signed" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "checkpoints" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "dead_events" (
	"chain" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"attempts" integer NOT NULL,
	"reason" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "dead_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"chain" uuid NOT NULL,
	"seq" bigint,
	"type" text NOT NULL,
	"actor" text NOT NULL,
	"subject" text,
	"about" uuid,
	"data" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "outbox_cursors" (
	"chain" uuid PRIMARY KEY NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "outbox_cursors" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"org_id" uuid NOT NULL,
	"webhook_id" uuid NOT NULL,
	"event_seq" bigint NOT NULL,
	"type" text NOT NULL,
	"body" text NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp with time zone DEFAULT now() NOT NULL,
	"status" integer,
	"answer" text,
	"error" text,
	"delivered_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"org_id" uuid NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"types" text[] NOT NULL,
	"sealed" text NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"failing_since" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "webhooks" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "jobs" (
	"name" text PRIMARY KEY NOT NULL,
	"next_at" timestamp with time zone DEFAULT now() NOT NULL,
	"lease" uuid,
	"leased_until" timestamp with time zone,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"duration_ms" integer,
	"done" integer DEFAULT 0 NOT NULL,
	"runs" integer DEFAULT 0 NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "jobs" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "audit" ALTER COLUMN "at" SET DATA TYPE timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "audit" ALTER COLUMN "at" SET DEFAULT now();--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "address" text;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "user_agent" text;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "region" text;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "detail" text;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "seq" bigint;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "prev" text;--> statement-breakpoint
ALTER TABLE "audit" ADD COLUMN "hash" text;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_id_webhooks_id_fk" FOREIGN KEY ("webhook_id") REFERENCES "public"."webhooks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "checkpoints_place" ON "checkpoints" USING btree ("chain","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "dead_events_place" ON "dead_events" USING btree ("chain","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "events_place" ON "events" USING btree ("chain","seq");--> statement-breakpoint
CREATE INDEX "events_age" ON "events" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" USING btree ("state","next_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_log" ON "webhook_deliveries" USING btree ("webhook_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_deliveries_once" ON "webhook_deliveries" USING btree ("webhook_id","event_seq");--> statement-breakpoint
CREATE UNIQUE INDEX "webhooks_name" ON "webhooks" USING btree ("org_id","name");--> statement-breakpoint
CREATE INDEX "jobs_due" ON "jobs" USING btree ("next_at");--> statement-breakpoint
CREATE UNIQUE INDEX "audit_chain" ON "audit" USING btree (coalesce("org_id", '00000000-0000-0000-0000-000000000000'),"seq");--> statement-breakpoint
CREATE POLICY "audit_auditor" ON "audit" AS PERMISSIVE FOR ALL TO "fabric_auditor" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "chains_tenant" ON "chains" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("chains"."chain" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("chains"."chain" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "chains_platform" ON "chains" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "chains_auditor" ON "chains" AS PERMISSIVE FOR ALL TO "fabric_auditor" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "checkpoints_tenant" ON "checkpoints" AS PERMISSIVE FOR SELECT TO "fabric_tenant" USING ("checkpoints"."chain" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "checkpoints_platform" ON "checkpoints" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "checkpoints_auditor" ON "checkpoints" AS PERMISSIVE FOR ALL TO "fabric_auditor" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "dead_events_platform" ON "dead_events" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "events_tenant" ON "events" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("events"."chain" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("events"."chain" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "events_platform" ON "events" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "events_auditor" ON "events" AS PERMISSIVE FOR ALL TO "fabric_auditor" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "outbox_cursors_platform" ON "outbox_cursors" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "outbox_cursors_auditor" ON "outbox_cursors" AS PERMISSIVE FOR ALL TO "fabric_auditor" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "webhook_deliveries_tenant" ON "webhook_deliveries" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("webhook_deliveries"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("webhook_deliveries"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "webhook_deliveries_platform" ON "webhook_deliveries" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "webhooks_tenant" ON "webhooks" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("webhooks"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("webhooks"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "webhooks_platform" ON "webhooks" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "jobs_platform" ON "jobs" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);