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
DROP INDEX "nodes_name";--> statement-breakpoint
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
ALTER TABLE "nodes" ADD COLUMN "change" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "node_requests" ADD CONSTRAINT "node_requests_cluster_clusters_id_fk" FOREIGN KEY ("cluster") REFERENCES "public"."clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "node_requests" ADD CONSTRAINT "node_requests_token_bootstrap_tokens_id_fk" FOREIGN KEY ("token") REFERENCES "public"."bootstrap_tokens"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_changes" ADD CONSTRAINT "snapshot_changes_node_nodes_id_fk" FOREIGN KEY ("node") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "node_requests_key" ON "node_requests" USING btree ("token","name","spki");--> statement-breakpoint
CREATE INDEX "node_requests_cluster" ON "node_requests" USING btree ("cluster","expires_at");--> statement-breakpoint
CREATE INDEX "snapshot_changes_created" ON "snapshot_changes" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "nodes_change" ON "nodes" USING btree ("cluster","change");--> statement-breakpoint
CREATE UNIQUE INDEX "nodes_name" ON "nodes" USING btree ("cluster","name") WHERE revoked_at is null;--> statement-breakpoint
CREATE POLICY "node_requests_platform" ON "node_requests" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "snapshot_changes_platform" ON "snapshot_changes" AS PERMISSIVE FOR ALL TO "fabric_platform" USING (true) WITH CHECK (true);