CREATE TABLE "fired" (
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "fired_workspace_id_name_pk" PRIMARY KEY("workspace_id","name")
);
--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "spent" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "message" uuid;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "steps" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "inbox_job" ON "inbox" USING btree ("workspace_id",("answer"->>'job')) WHERE "inbox"."answer"->>'job' is not null;