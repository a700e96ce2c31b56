CREATE TABLE "verdict" (
	"workspace_id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	"check" text NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"verdict" text NOT NULL,
	"reasons" jsonb NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "verdict_workspace_id_hash_pk" PRIMARY KEY("workspace_id","hash"),
	CONSTRAINT "verdict_known" CHECK ("verdict"."verdict" in ('pass', 'look', 'block'))
);
--> statement-breakpoint
ALTER TABLE "attempt" DROP CONSTRAINT "attempt_number";--> statement-breakpoint
DROP INDEX "attempt_open";--> statement-breakpoint
ALTER TABLE "attempt" ADD COLUMN "purpose" text DEFAULT 'make' NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "attempt_open" ON "attempt" USING btree ("workspace_id","item_id","purpose") WHERE "attempt"."status" in ('submitting', 'unknown', 'accepted', 'fetching');--> statement-breakpoint
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_number" UNIQUE("workspace_id","item_id","purpose","number");--> statement-breakpoint
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_purpose" CHECK ("attempt"."purpose" in ('make', 'check'));