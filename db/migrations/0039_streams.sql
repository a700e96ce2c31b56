CREATE TABLE "channel_trouble" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"from_at" timestamp (3) with time zone NOT NULL,
	"to_at" timestamp (3) with time zone,
	"kind" text NOT NULL,
	"why" text NOT NULL,
	"times" integer DEFAULT 1 NOT NULL,
	"place" jsonb,
	CONSTRAINT "channel_trouble_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "channel_trouble_order" CHECK ("channel_trouble"."to_at" >= "channel_trouble"."from_at"),
	CONSTRAINT "channel_trouble_kind" CHECK ("channel_trouble"."kind" in ('failed', 'silent', 'unplayed'))
);
--> statement-breakpoint
ALTER TABLE "channel_trouble" ADD CONSTRAINT "channel_trouble_channel_key" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "channel_trouble_channel" ON "channel_trouble" USING btree ("workspace_id","channel_id","from_at");--> statement-breakpoint
CREATE UNIQUE INDEX "channel_trouble_open" ON "channel_trouble" USING btree ("workspace_id","channel_id") WHERE "channel_trouble"."to_at" is null;