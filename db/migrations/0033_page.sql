CREATE TABLE "audience_minute" (
	"workspace_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"minute" timestamp (3) with time zone NOT NULL,
	"source" text NOT NULL,
	"counter" text NOT NULL,
	"viewers" integer NOT NULL,
	"seconds" bigint NOT NULL,
	CONSTRAINT "audience_minute_workspace_id_channel_id_minute_source_counter_pk" PRIMARY KEY("workspace_id","channel_id","minute","source","counter"),
	CONSTRAINT "audience_minute_counts" CHECK ("audience_minute"."viewers" >= 0 and "audience_minute"."seconds" >= 0)
);
--> statement-breakpoint
CREATE TABLE "audience_source" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"target" text NOT NULL,
	"state" text DEFAULT 'new' NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"checked_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"gone_at" timestamp (3) with time zone,
	CONSTRAINT "audience_source_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "audience_source_kind" CHECK ("audience_source"."kind" in ('icecast', 'youtube', 'twitch')),
	CONSTRAINT "audience_source_state" CHECK ("audience_source"."state" in ('new', 'live', 'offline', 'failed')),
	CONSTRAINT "audience_source_target_length" CHECK (length("audience_source"."target") between 1 and 500)
);
--> statement-breakpoint
CREATE TABLE "listener" (
	"workspace_id" uuid NOT NULL,
	"day" date NOT NULL,
	"channel_id" uuid NOT NULL,
	"who" "bytea" NOT NULL,
	"known" boolean NOT NULL,
	"seconds" integer NOT NULL,
	CONSTRAINT "listener_workspace_id_day_channel_id_who_pk" PRIMARY KEY("workspace_id","day","channel_id","who"),
	CONSTRAINT "listener_seconds" CHECK ("listener"."seconds" >= 0)
);
--> statement-breakpoint
CREATE TABLE "activity" (
	"workspace_id" uuid NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"person_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "activity_workspace_id_hour_person_id_kind_pk" PRIMARY KEY("workspace_id","hour","person_id","kind"),
	CONSTRAINT "activity_kind" CHECK ("activity"."kind" in ('command', 'vote', 'reaction')),
	CONSTRAINT "activity_count" CHECK ("activity"."count" > 0)
);
--> statement-breakpoint
CREATE TABLE "remark" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"words" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"places" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"hidden_at" timestamp (3) with time zone,
	"hidden_by" uuid,
	CONSTRAINT "remark_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "remark_kind" CHECK ("remark"."kind" in ('shout', 'chat')),
	CONSTRAINT "remark_words" CHECK (length("remark"."words") between 1 and 300)
);
--> statement-breakpoint
ALTER TABLE "audience_minute" ADD CONSTRAINT "audience_minute_channel" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audience_source" ADD CONSTRAINT "audience_source_channel" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "listener" ADD CONSTRAINT "listener_channel" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "remark" ADD CONSTRAINT "remark_channel_key" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "remark" ADD CONSTRAINT "remark_person_key" FOREIGN KEY ("workspace_id","person_id") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audience_minute_time" ON "audience_minute" USING btree ("workspace_id","minute");--> statement-breakpoint
CREATE UNIQUE INDEX "audience_source_target" ON "audience_source" USING btree ("workspace_id","channel_id","kind","target") WHERE "audience_source"."gone_at" is null;--> statement-breakpoint
CREATE INDEX "remark_channel" ON "remark" USING btree ("workspace_id","channel_id","kind","id");--> statement-breakpoint
CREATE INDEX "remark_person" ON "remark" USING btree ("workspace_id","person_id","at");