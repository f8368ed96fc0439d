CREATE TABLE "access_requests" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"org_id" uuid NOT NULL,
	"resource_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"seconds" integer NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"decided_by" uuid,
	"decided_at" timestamp with time zone,
	"note" text,
	"grant_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "access_requests" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "node_requests" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"cluster" uuid NOT NULL,
	"token" uuid NOT NULL,
	"name" text NOT NULL,
	"spki" text NOT NULL,
	"facts" jsonb,
	"address" text,
	"expires_at" timestamp with time zone NOT NULL,
	"decision" text,
	"decided_by" text,
	"decided_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "node_requests" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "snapshot_changes" (
	"node" uuid NOT NULL,
	"version" integer NOT NULL,
	"change" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "snapshot_changes_node_version_pk" PRIMARY KEY("node","version")
);
--> statement-breakpoint
ALTER TABLE "snapshot_changes" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
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
CREATE TABLE "recordings" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"org_id" uuid NOT NULL,
	"session_id" uuid NOT NULL,
	"resource_id" uuid NOT NULL,
	"resource_name" text NOT NULL,
	"holder_id" uuid NOT NULL,
	"node_id" uuid NOT NULL,
	"state" text DEFAULT 'recording' NOT NULL,
	"public_key" text NOT NULL,
	"sealed_private_key" text NOT NULL,
	"wrapped_key" text,
	"parts" integer DEFAULT 0 NOT NULL,
	"bytes" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	"keep_until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "recordings" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "secret_uses" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"secret_id" uuid NOT NULL,
	"org_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"what" text NOT NULL,
	"version" integer NOT NULL,
	"person" uuid NOT NULL,
	"session_id" uuid,
	"resource_id" uuid,
	"reason" text
);
--> statement-breakpoint
ALTER TABLE "secret_uses" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "secret_versions" (
	"secret_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"org_id" uuid NOT NULL,
	"state" text NOT NULL,
	"sealed" text,
	"public_part" text,
	"overlap_until" timestamp with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "secret_versions_secret_id_version_pk" PRIMARY KEY("secret_id","version")
);
--> statement-breakpoint
ALTER TABLE "secret_versions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "secrets" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"org_id" uuid NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"labels" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"owned_by_resource" boolean DEFAULT false NOT NULL,
	"versions" integer DEFAULT 0 NOT NULL,
	"generated" jsonb,
	"rotate_every_days" integer,
	"next_rotation_at" timestamp with time zone,
	"due_since" timestamp with time zone,
	"overlap_days" integer DEFAULT 0 NOT NULL,
	"expires_at" timestamp with time zone,
	"use_by" jsonb,
	"reveal_by" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "secrets" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP INDEX "nodes_name";--> statement-breakpoint
ALTER TABLE "credentials" ALTER COLUMN "sealed" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "bootstrap_tokens" ADD COLUMN "approval" text DEFAULT 'required' NOT NULL;--> statement-breakpoint
ALTER TABLE "bootstrap_tokens" ADD COLUMN "uses" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "bootstrap_tokens" ADD COLUMN "created_by" text;--> statement-breakpoint
ALTER TABLE "clusters" ADD COLUMN "approval" text DEFAULT 'token' NOT NULL;--> statement-breakpoint
ALTER TABLE "clusters" ADD COLUMN "approval_hours" integer DEFAULT 24 NOT NULL;--> statement-breakpoint
ALTER TABLE "clusters" ADD COLUMN "quorum" text DEFAULT 'majority' NOT NULL;--> statement-breakpoint
ALTER TABLE "clusters" ADD COLUMN "epoch" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "clusters" ADD COLUMN "authority" text DEFAULT 'whole' NOT NULL;--> statement-breakpoint
ALTER TABLE "clusters" ADD COLUMN "seen_epoch" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "clusters" ADD COLUMN "promoted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "clusters" ADD COLUMN "changes" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "keys" ADD COLUMN "phase" text DEFAULT 'active' NOT NULL;--> statement-breakpoint
ALTER TABLE "keys" ADD COLUMN "phase_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "acknowledged_version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "keys_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "certified_by" uuid;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "change" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "suspended_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "credentials" ADD COLUMN "secret_id" uuid;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "session_policy" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "request_rule" jsonb;--> statement-breakpoint
ALTER TABLE "attachments" ADD COLUMN "role" text DEFAULT 'controller' NOT NULL;--> statement-breakpoint
ALTER TABLE "attachments" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "controller_id" uuid;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "control_number" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "access_requests" ADD CONSTRAINT "access_requests_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "access_requests" ADD CONSTRAINT "access_requests_resource_id_resources_id_fk" FOREIGN KEY ("resource_id") REFERENCES "public"."resources"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "node_requests" ADD CONSTRAINT "node_requests_cluster_clusters_id_fk" FOREIGN KEY ("cluster") REFERENCES "public"."clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "node_requests" ADD CONSTRAINT "node_requests_token_bootstrap_tokens_id_fk" FOREIGN KEY ("token") REFERENCES "public"."bootstrap_tokens"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_changes" ADD CONSTRAINT "snapshot_changes_node_nodes_id_fk" FOREIGN KEY ("node") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "key_operations" ADD CONSTRAINT "key_operations_organization_organizations_id_fk" FOREIGN KEY ("organization") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "key_uses" ADD CONSTRAINT "key_uses_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recordings" ADD CONSTRAINT "recordings_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "secret_uses" ADD CONSTRAINT "secret_uses_secret_id_secrets_id_fk" FOREIGN KEY ("secret_id") REFERENCES "public"."secrets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "secret_uses" ADD CONSTRAINT "secret_uses_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "secret_versions" ADD CONSTRAINT "secret_versions_secret_id_secrets_id_fk" FOREIGN KEY ("secret_id") REFERENCES "public"."secrets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "secret_versions" ADD CONSTRAINT "secret_versions_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "secrets" ADD CONSTRAINT "secrets_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "access_requests_newest" ON "access_requests" USING btree ("org_id","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "node_requests_key" ON "node_requests" USING btree ("token","name","spki");--> statement-breakpoint
CREATE INDEX "node_requests_cluster" ON "node_requests" USING btree ("cluster","expires_at");--> statement-breakpoint
CREATE INDEX "snapshot_changes_created" ON "snapshot_changes" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "key_operations_running" ON "key_operations" USING btree ("state") WHERE "key_operations"."state" = 'running';--> statement-breakpoint
CREATE INDEX "key_uses_minute" ON "key_uses" USING btree ("minute");--> statement-breakpoint
CREATE INDEX "recordings_newest" ON "recordings" USING btree ("org_id","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "recordings_session" ON "recordings" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "recordings_keep" ON "recordings" USING btree ("keep_until");--> statement-breakpoint
CREATE INDEX "secret_uses_recent" ON "secret_uses" USING btree ("secret_id","created_at");--> statement-breakpoint
CREATE INDEX "secret_uses_age" ON "secret_uses" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "secret_versions_overlap" ON "secret_versions" USING btree ("overlap_until");--> statement-breakpoint
CREATE UNIQUE INDEX "secrets_name" ON "secrets" USING btree ("org_id","name");--> statement-breakpoint
CREATE INDEX "secrets_rotation" ON "secrets" USING btree ("next_rotation_at");--> statement-breakpoint
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_secret_id_secrets_id_fk" FOREIGN KEY ("secret_id") REFERENCES "public"."secrets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "nodes_change" ON "nodes" USING btree ("cluster","change");--> statement-breakpoint
CREATE INDEX "credentials_secret" ON "credentials" USING btree ("secret_id");--> statement-breakpoint
CREATE INDEX "sessions_newest" ON "sessions" USING btree ("org_id","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "nodes_name" ON "nodes" USING btree ("cluster","name") WHERE revoked_at is null;--> statement-breakpoint
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_one_form" CHECK (num_nonnulls("credentials"."secret_id", "credentials"."sealed") = 1);--> statement-breakpoint
CREATE POLICY "access_requests_tenant" ON "access_requests" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("access_requests"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("access_requests"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "access_requests_platform" ON "access_requests" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "node_requests_platform" ON "node_requests" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "snapshot_changes_platform" ON "snapshot_changes" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "key_operations_platform" ON "key_operations" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "key_uses_tenant_select" ON "key_uses" AS PERMISSIVE FOR SELECT TO "fabric_tenant" USING ("key_uses"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "key_uses_tenant_insert" ON "key_uses" AS PERMISSIVE FOR INSERT TO "fabric_tenant" WITH CHECK ("key_uses"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "key_uses_tenant_update" ON "key_uses" AS PERMISSIVE FOR UPDATE TO "fabric_tenant" USING ("key_uses"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("key_uses"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "key_uses_platform" ON "key_uses" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "recordings_tenant" ON "recordings" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("recordings"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("recordings"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "recordings_platform" ON "recordings" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "secret_uses_tenant" ON "secret_uses" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("secret_uses"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("secret_uses"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "secret_uses_platform" ON "secret_uses" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "secret_versions_tenant" ON "secret_versions" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("secret_versions"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("secret_versions"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "secret_versions_platform" ON "secret_versions" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "secrets_tenant" ON "secrets" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("secrets"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("secrets"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "secrets_platform" ON "secrets" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);