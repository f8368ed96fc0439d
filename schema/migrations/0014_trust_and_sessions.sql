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
ALTER TABLE "credentials" ALTER COLUMN "sealed" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "credentials" ADD COLUMN "secret_id" uuid;--> statement-breakpoint
ALTER TABLE "secret_uses" ADD CONSTRAINT "secret_uses_secret_id_secrets_id_fk" FOREIGN KEY ("secret_id") REFERENCES "public"."secrets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "secret_uses" ADD CONSTRAINT "secret_uses_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "secret_versions" ADD CONSTRAINT "secret_versions_secret_id_secrets_id_fk" FOREIGN KEY ("secret_id") REFERENCES "public"."secrets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "secret_versions" ADD CONSTRAINT "secret_versions_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "secrets" ADD CONSTRAINT "secrets_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "secret_uses_recent" ON "secret_uses" USING btree ("secret_id","created_at");--> statement-breakpoint
CREATE INDEX "secret_uses_age" ON "secret_uses" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "secret_versions_overlap" ON "secret_versions" USING btree ("overlap_until");--> statement-breakpoint
CREATE UNIQUE INDEX "secrets_name" ON "secrets" USING btree ("org_id","name");--> statement-breakpoint
CREATE INDEX "secrets_rotation" ON "secrets" USING btree ("next_rotation_at");--> statement-breakpoint
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_secret_id_secrets_id_fk" FOREIGN KEY ("secret_id") REFERENCES "public"."secrets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "credentials_secret" ON "credentials" USING btree ("secret_id");--> statement-breakpoint
CREATE INDEX "sessions_newest" ON "sessions" USING btree ("org_id","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_one_form" CHECK (num_nonnulls("credentials"."secret_id", "credentials"."sealed") = 1);--> statement-breakpoint
CREATE POLICY "secret_uses_tenant" ON "secret_uses" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("secret_uses"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("secret_uses"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "secret_uses_platform" ON "secret_uses" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "secret_versions_tenant" ON "secret_versions" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("secret_versions"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("secret_versions"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "secret_versions_platform" ON "secret_versions" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "secrets_tenant" ON "secrets" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("secrets"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("secrets"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "secrets_platform" ON "secrets" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);