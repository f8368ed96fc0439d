CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"org_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"permissions" text[] NOT NULL,
	"sources" text[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "api_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "service_accounts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"org_id" uuid NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "service_accounts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "group_members" (
	"org_id" uuid NOT NULL,
	"group_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "group_members_group_id_user_id_pk" PRIMARY KEY("group_id","user_id")
);
--> statement-breakpoint
ALTER TABLE "group_members" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "groups" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"org_id" uuid NOT NULL,
	"name" text NOT NULL,
	"role" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "groups" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "roles" (
	"org_id" uuid NOT NULL,
	"name" text NOT NULL,
	"permissions" text[] NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "roles_org_id_name_pk" PRIMARY KEY("org_id","name")
);
--> statement-breakpoint
ALTER TABLE "roles" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "support_access" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"org_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"email" text NOT NULL,
	"role" text NOT NULL,
	"reason" text NOT NULL,
	"granted_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "support_access" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "organization_quotas" (
	"org_id" uuid PRIMARY KEY NOT NULL,
	"quotas" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "organization_quotas" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "organization_settings" (
	"org_id" uuid PRIMARY KEY NOT NULL,
	"branding" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"features" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"locale" text DEFAULT 'en' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "organization_settings" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "attachments" DROP CONSTRAINT "attachments_user_id_users_id_fk";
--> statement-breakpoint
ALTER TABLE "sessions" DROP CONSTRAINT "sessions_user_id_users_id_fk";
--> statement-breakpoint
ALTER TABLE "grants" ALTER COLUMN "resource_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "grants" ALTER COLUMN "channels" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "match_labels" jsonb;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "group_id" uuid;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "service_account_id" uuid;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "expires_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "window" jsonb;--> statement-breakpoint
ALTER TABLE "resources" ADD COLUMN "labels" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_account_id_service_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."service_accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "service_accounts" ADD CONSTRAINT "service_accounts_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_members" ADD CONSTRAINT "group_members_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_members" ADD CONSTRAINT "group_members_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_members" ADD CONSTRAINT "group_members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "groups" ADD CONSTRAINT "groups_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roles" ADD CONSTRAINT "roles_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "support_access" ADD CONSTRAINT "support_access_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "support_access" ADD CONSTRAINT "support_access_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "support_access" ADD CONSTRAINT "support_access_granted_by_users_id_fk" FOREIGN KEY ("granted_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_quotas" ADD CONSTRAINT "organization_quotas_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_settings" ADD CONSTRAINT "organization_settings_org_id_organizations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_account" ON "api_keys" USING btree ("account_id");--> statement-breakpoint
CREATE UNIQUE INDEX "service_accounts_name" ON "service_accounts" USING btree ("org_id","name");--> statement-breakpoint
CREATE INDEX "group_members_user" ON "group_members" USING btree ("org_id","user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "groups_name" ON "groups" USING btree ("org_id","name");--> statement-breakpoint
CREATE INDEX "support_access_user" ON "support_access" USING btree ("org_id","user_id");--> statement-breakpoint
ALTER TABLE "grants" ADD CONSTRAINT "grants_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "grants" ADD CONSTRAINT "grants_service_account_id_service_accounts_id_fk" FOREIGN KEY ("service_account_id") REFERENCES "public"."service_accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "grants_org" ON "grants" USING btree ("org_id");--> statement-breakpoint
ALTER TABLE "grants" ADD CONSTRAINT "grants_one_holder" CHECK (num_nonnulls("grants"."user_id", "grants"."role", "grants"."group_id", "grants"."service_account_id") = 1);--> statement-breakpoint
ALTER TABLE "grants" ADD CONSTRAINT "grants_one_scope" CHECK (num_nonnulls("grants"."resource_id", "grants"."match_labels") = 1);--> statement-breakpoint
CREATE POLICY "api_keys_tenant" ON "api_keys" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("api_keys"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("api_keys"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "api_keys_platform" ON "api_keys" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "service_accounts_tenant" ON "service_accounts" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("service_accounts"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("service_accounts"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "service_accounts_platform" ON "service_accounts" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "group_members_tenant" ON "group_members" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("group_members"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("group_members"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "group_members_platform" ON "group_members" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "groups_tenant" ON "groups" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("groups"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("groups"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "groups_platform" ON "groups" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "roles_tenant" ON "roles" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("roles"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("roles"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "roles_platform" ON "roles" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "support_access_tenant" ON "support_access" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("support_access"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("support_access"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "support_access_platform" ON "support_access" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization_quotas_tenant" ON "organization_quotas" AS PERMISSIVE FOR SELECT TO "fabric_tenant" USING ("organization_quotas"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "organization_quotas_platform" ON "organization_quotas" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization_settings_tenant" ON "organization_settings" AS PERMISSIVE FOR ALL TO "fabric_tenant" USING ("organization_settings"."org_id" = nullif(current_setting('app.org', true), '')::uuid) WITH CHECK ("organization_settings"."org_id" = nullif(current_setting('app.org', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "organization_settings_platform" ON "organization_settings" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);