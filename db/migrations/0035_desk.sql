CREATE TABLE "budget_line" (
	"workspace_id" uuid NOT NULL,
	"budget_id" uuid NOT NULL,
	"bucket" text NOT NULL,
	"part" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"told_at" timestamp (3) with time zone,
	CONSTRAINT "budget_line_workspace_id_budget_id_bucket_part_pk" PRIMARY KEY("workspace_id","budget_id","bucket","part"),
	CONSTRAINT "budget_line_part" CHECK ("budget_line"."part" in (50, 80, 100))
);
--> statement-breakpoint
ALTER TABLE "budget_line" ADD CONSTRAINT "budget_line_budget" FOREIGN KEY ("workspace_id","budget_id") REFERENCES "public"."budget"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "budget_line_untold" ON "budget_line" USING btree ("workspace_id") WHERE "budget_line"."told_at" is null;--> statement-breakpoint
CREATE INDEX "item_waiting" ON "item" USING btree ("workspace_id","kind","job_id") WHERE "item"."status" = 'waiting';