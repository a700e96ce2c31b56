CREATE TABLE "request" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"asset_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"words" text NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"queued_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "request_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "request_state" CHECK ("request"."state" in ('waiting', 'queued', 'played', 'gone'))
);
--> statement-breakpoint
CREATE TABLE "request_vote" (
	"workspace_id" uuid NOT NULL,
	"request_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "request_vote_workspace_id_request_id_person_id_pk" PRIMARY KEY("workspace_id","request_id","person_id")
);
--> statement-breakpoint
ALTER TABLE "request" ADD CONSTRAINT "request_channel" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request" ADD CONSTRAINT "request_person" FOREIGN KEY ("workspace_id","person_id") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request_vote" ADD CONSTRAINT "request_vote_of" FOREIGN KEY ("workspace_id","request_id") REFERENCES "public"."request"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "request_track" ON "request" USING btree ("workspace_id","channel_id","asset_id") WHERE "request"."state" in ('waiting', 'queued');--> statement-breakpoint
CREATE INDEX "request_person" ON "request" USING btree ("workspace_id","channel_id","person_id","created_at");