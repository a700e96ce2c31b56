CREATE TABLE "account" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"surface" text NOT NULL,
	"tenant" text NOT NULL,
	"external" text NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "account_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "account_external" UNIQUE("workspace_id","surface","tenant","external")
);
--> statement-breakpoint
CREATE TABLE "code" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"issued_by" uuid NOT NULL,
	"issued_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"redeemed" text,
	"redeemed_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "code_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "code_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "cooldown" (
	"workspace_id" uuid NOT NULL,
	"key" text NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "cooldown_workspace_id_key_pk" PRIMARY KEY("workspace_id","key")
);
--> statement-breakpoint
CREATE TABLE "person" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"locale" text,
	"zone" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"merged_into" uuid,
	"erased_at" timestamp (3) with time zone,
	CONSTRAINT "person_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "person_role" CHECK ("person"."role" in ('owner', 'staff', 'partner', 'member'))
);
--> statement-breakpoint
CREATE TABLE "role_map" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"surface" text NOT NULL,
	"tenant" text NOT NULL,
	"external" text NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "role_map_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "role_map_external" UNIQUE("workspace_id","surface","tenant","external"),
	CONSTRAINT "role_map_role" CHECK ("role_map"."role" in ('staff', 'partner', 'member'))
);
--> statement-breakpoint
CREATE TABLE "token" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"name" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"created_by" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "token_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "token_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "action" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"token" text NOT NULL,
	"command" text NOT NULL,
	"options" jsonb NOT NULL,
	"confirmed" boolean NOT NULL,
	"for_person" uuid,
	"for_role" text,
	"uses" text NOT NULL,
	"group_id" uuid NOT NULL,
	"run_id" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "action_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "action_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "action_use" (
	"workspace_id" uuid NOT NULL,
	"group_id" uuid NOT NULL,
	"who" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"used_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "action_use_workspace_id_group_id_who_pk" PRIMARY KEY("workspace_id","group_id","who")
);
--> statement-breakpoint
CREATE TABLE "asset" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"type" text NOT NULL,
	"name" text NOT NULL,
	"bytes" integer NOT NULL,
	"sha256" "bytea" NOT NULL,
	"path" text NOT NULL,
	"for_person" uuid,
	"run_id" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	CONSTRAINT "asset_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"run_id" uuid,
	"person_id" uuid,
	"surface" text NOT NULL,
	"place" text NOT NULL,
	"command" text NOT NULL,
	"outcome" text NOT NULL,
	"changes" jsonb NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "audit_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "audit_block" (
	"workspace_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"rows" uuid[] NOT NULL,
	"hashes" "bytea"[] NOT NULL,
	"before" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "audit_block_workspace_id_number_pk" PRIMARY KEY("workspace_id","number")
);
--> statement-breakpoint
CREATE TABLE "event" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"seq" bigserial NOT NULL,
	"tx" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"name" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"person_id" uuid,
	"run_id" uuid,
	"subject" text DEFAULT '' NOT NULL,
	"payload" jsonb NOT NULL,
	CONSTRAINT "event_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "inbox" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"surface" text NOT NULL,
	"tenant" text NOT NULL,
	"delivery" text NOT NULL,
	"asked" "bytea" NOT NULL,
	"lane" text NOT NULL,
	"envelope" jsonb NOT NULL,
	"person_id" uuid,
	"command" text,
	"status" text NOT NULL,
	"answer" json,
	"lease_until" timestamp (3) with time zone,
	"lease_by" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"done_at" timestamp (3) with time zone,
	CONSTRAINT "inbox_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "inbox_delivery" UNIQUE("workspace_id","surface","tenant","delivery")
);
--> statement-breakpoint
CREATE TABLE "job" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"input" jsonb NOT NULL,
	"key" text,
	"status" text NOT NULL,
	"progress" jsonb,
	"result" jsonb,
	"error" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"run_id" uuid,
	"person_id" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "job_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "job_status_known" CHECK ("job"."status" in ('waiting', 'running', 'done', 'failed', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"seq" bigserial NOT NULL,
	"surface" text NOT NULL,
	"tenant" text NOT NULL,
	"place" text NOT NULL,
	"subject" text NOT NULL,
	"kind" text NOT NULL,
	"view" jsonb,
	"hints" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"status" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp (3) with time zone NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"external" text,
	"lost" jsonb,
	"error" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	CONSTRAINT "outbox_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "tick" (
	"key" text PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "place" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"surface" text NOT NULL,
	"tenant" text NOT NULL,
	"external" text NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"bound_by" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"gone_at" timestamp (3) with time zone,
	CONSTRAINT "place_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "place_external" UNIQUE("surface","tenant","external")
);
--> statement-breakpoint
CREATE TABLE "setting" (
	"workspace_id" uuid NOT NULL,
	"key" text NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "setting_workspace_id_key_pk" PRIMARY KEY("workspace_id","key")
);
--> statement-breakpoint
CREATE TABLE "workspace" (
	"workspace_id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"locale" text NOT NULL,
	"currency" text NOT NULL,
	"zone" text NOT NULL,
	"blueprint" text,
	"brand" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "workspace_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_person" FOREIGN KEY ("workspace_id","person_id") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "code" ADD CONSTRAINT "code_person" FOREIGN KEY ("workspace_id","issued_by") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "person" ADD CONSTRAINT "person_merged" FOREIGN KEY ("workspace_id","merged_into") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "token" ADD CONSTRAINT "token_person" FOREIGN KEY ("workspace_id","person_id") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_person" ON "account" USING btree ("workspace_id","person_id");--> statement-breakpoint
CREATE INDEX "action_run" ON "action" USING btree ("workspace_id","run_id");--> statement-breakpoint
CREATE INDEX "action_expiry" ON "action" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "audit_person" ON "audit" USING btree ("workspace_id","person_id","id");--> statement-breakpoint
CREATE INDEX "event_tail" ON "event" USING btree ("tx","seq");--> statement-breakpoint
CREATE INDEX "event_name" ON "event" USING btree ("workspace_id","name","at");--> statement-breakpoint
CREATE INDEX "inbox_waiting" ON "inbox" USING btree ("workspace_id","lane","id") WHERE "inbox"."status" = 'received';--> statement-breakpoint
CREATE UNIQUE INDEX "job_key" ON "job" USING btree ("workspace_id","name","key") WHERE "job"."status" in ('waiting', 'running');--> statement-breakpoint
CREATE INDEX "job_status" ON "job" USING btree ("workspace_id","status","id");--> statement-breakpoint
CREATE INDEX "job_run" ON "job" USING btree ("workspace_id","run_id");--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "outbox" USING btree ("surface","tenant","place","seq") WHERE "outbox"."status" in ('waiting', 'sending');--> statement-breakpoint
CREATE INDEX "outbox_subject" ON "outbox" USING btree ("workspace_id","subject");