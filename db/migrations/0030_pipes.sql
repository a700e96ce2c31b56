CREATE TABLE "film_step" (
	"workspace_id" uuid NOT NULL,
	"item_id" uuid NOT NULL,
	"name" text NOT NULL,
	"number" integer NOT NULL,
	"kind" text NOT NULL,
	"needs" jsonb NOT NULL,
	"options" jsonb NOT NULL,
	"optional" boolean NOT NULL,
	"status" text NOT NULL,
	"batch_id" uuid,
	"job_id" uuid,
	"result" jsonb,
	"error" text,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "film_step_workspace_id_item_id_name_pk" PRIMARY KEY("workspace_id","item_id","name"),
	CONSTRAINT "film_step_status" CHECK ("film_step"."status" in ('waiting', 'working', 'done', 'skipped', 'failed')),
	CONSTRAINT "film_step_done" CHECK (("film_step"."status" = 'done') = ("film_step"."result" is not null))
);
--> statement-breakpoint
ALTER TABLE "batch" ADD COLUMN "part_of" uuid;--> statement-breakpoint
ALTER TABLE "item" ADD COLUMN "made" jsonb;--> statement-breakpoint
ALTER TABLE "film_step" ADD CONSTRAINT "film_step_item" FOREIGN KEY ("workspace_id","item_id") REFERENCES "public"."item"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "film_step" ADD CONSTRAINT "film_step_batch" FOREIGN KEY ("workspace_id","batch_id") REFERENCES "public"."batch"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "film_step_job" ON "film_step" USING btree ("workspace_id","job_id");