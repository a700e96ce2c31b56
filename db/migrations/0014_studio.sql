CREATE TABLE "attempt" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"item_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"status" text NOT NULL,
	"task" text,
	"decision" jsonb NOT NULL,
	"estimate" bigint NOT NULL,
	"cost" bigint,
	"failure" text,
	"error" text,
	"asked" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"deadline" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "attempt_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "attempt_number" UNIQUE("workspace_id","item_id","number"),
	CONSTRAINT "attempt_amounts" CHECK ("attempt"."estimate" >= 0 and coalesce("attempt"."cost", 0) >= 0),
	CONSTRAINT "attempt_status" CHECK ("attempt"."status" in ('submitting', 'unknown', 'accepted', 'fetching', 'done', 'failed', 'cancelled', 'lost'))
);
--> statement-breakpoint
CREATE TABLE "batch" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"wanted" integer NOT NULL,
	"channel_id" uuid,
	"profile" text NOT NULL,
	"provider" text,
	"person_id" uuid,
	"run_id" uuid,
	"open" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "batch_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "batch_wanted" CHECK ("batch"."wanted" between 1 and 1000 and "batch"."open" between 0 and "batch"."wanted"),
	CONSTRAINT "batch_profile" CHECK ("batch"."profile" in ('cost', 'speed', 'quality', 'balanced'))
);
--> statement-breakpoint
CREATE TABLE "budget_use" (
	"workspace_id" uuid NOT NULL,
	"budget_id" uuid NOT NULL,
	"bucket" text NOT NULL,
	"held" bigint NOT NULL,
	"spent" bigint NOT NULL,
	CONSTRAINT "budget_use_workspace_id_budget_id_bucket_pk" PRIMARY KEY("workspace_id","budget_id","bucket"),
	CONSTRAINT "budget_use_amounts" CHECK ("budget_use"."held" >= 0 and "budget_use"."spent" >= 0)
);
--> statement-breakpoint
CREATE TABLE "hold" (
	"workspace_id" uuid NOT NULL,
	"attempt_id" uuid NOT NULL,
	"budget_id" uuid NOT NULL,
	"bucket" text NOT NULL,
	"asset" text NOT NULL,
	"amount" bigint NOT NULL,
	"status" text NOT NULL,
	"actual" bigint,
	CONSTRAINT "hold_workspace_id_attempt_id_budget_id_pk" PRIMARY KEY("workspace_id","attempt_id","budget_id"),
	CONSTRAINT "hold_status" CHECK ("hold"."status" in ('held', 'settled', 'released')),
	CONSTRAINT "hold_amounts" CHECK ("hold"."amount" >= 0 and ("hold"."status" = 'settled') = ("hold"."actual" is not null))
);
--> statement-breakpoint
CREATE TABLE "item" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"batch_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"job_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"wish" jsonb NOT NULL,
	"status" text NOT NULL,
	"error" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "item_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "item_number" UNIQUE("workspace_id","batch_id","number"),
	CONSTRAINT "item_status" CHECK ("item"."status" in ('waiting', 'making', 'made', 'failed', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "provider_health" (
	"provider" text NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"row" integer NOT NULL,
	"recent" integer NOT NULL,
	"seen" integer NOT NULL,
	"opened" integer NOT NULL,
	"open_until" timestamp (3) with time zone,
	"reason" text,
	"rest_until" timestamp (3) with time zone,
	"probe" uuid,
	"probe_until" timestamp (3) with time zone,
	"wins" double precision NOT NULL,
	"losses" double precision NOT NULL,
	"quality" double precision NOT NULL,
	"seconds" double precision NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "provider_health_provider_kind_pk" PRIMARY KEY("provider","kind"),
	CONSTRAINT "provider_health_state" CHECK ("provider_health"."state" in ('closed', 'open'))
);
--> statement-breakpoint
CREATE TABLE "provider_queue" (
	"provider" text NOT NULL,
	"workspace" uuid NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "provider_queue_provider_workspace_pk" PRIMARY KEY("provider","workspace")
);
--> statement-breakpoint
CREATE TABLE "provider_seat" (
	"provider" text NOT NULL,
	"seat" integer NOT NULL,
	"attempt" uuid,
	"workspace" uuid,
	"until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "provider_seat_provider_seat_pk" PRIMARY KEY("provider","seat")
);
--> statement-breakpoint
CREATE TABLE "provider_switch" (
	"workspace_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"enabled" boolean NOT NULL,
	"set_by" uuid,
	"set_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "provider_switch_workspace_id_provider_pk" PRIMARY KEY("workspace_id","provider")
);
--> statement-breakpoint
CREATE TABLE "work" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"channel_id" uuid,
	"status" text NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"prompt" text NOT NULL,
	"prompt_name" text,
	"prompt_version" integer,
	"seed" bigint,
	"cost" bigint NOT NULL,
	"rights" jsonb NOT NULL,
	"seconds" double precision,
	"facts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"parts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"batch_id" uuid,
	"reviewed_by" uuid,
	"reviewed_at" timestamp (3) with time zone,
	"reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "work_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "work_status" CHECK ("work"."status" in ('draft', 'approved', 'rejected')),
	CONSTRAINT "work_cost" CHECK ("work"."cost" >= 0)
);
--> statement-breakpoint
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_item" FOREIGN KEY ("workspace_id","item_id") REFERENCES "public"."item"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "batch" ADD CONSTRAINT "batch_job" FOREIGN KEY ("workspace_id","job_id") REFERENCES "public"."job"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "batch" ADD CONSTRAINT "batch_channel" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_use" ADD CONSTRAINT "budget_use_budget" FOREIGN KEY ("workspace_id","budget_id") REFERENCES "public"."budget"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hold" ADD CONSTRAINT "hold_attempt" FOREIGN KEY ("workspace_id","attempt_id") REFERENCES "public"."attempt"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hold" ADD CONSTRAINT "hold_use" FOREIGN KEY ("workspace_id","budget_id","bucket") REFERENCES "public"."budget_use"("workspace_id","budget_id","bucket") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "item" ADD CONSTRAINT "item_batch" FOREIGN KEY ("workspace_id","batch_id") REFERENCES "public"."batch"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "item" ADD CONSTRAINT "item_job" FOREIGN KEY ("workspace_id","job_id") REFERENCES "public"."job"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "work" ADD CONSTRAINT "work_asset" FOREIGN KEY ("workspace_id","id") REFERENCES "public"."asset"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "work" ADD CONSTRAINT "work_channel" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "attempt_open" ON "attempt" USING btree ("workspace_id","item_id") WHERE "attempt"."status" in ('submitting', 'unknown', 'accepted', 'fetching');--> statement-breakpoint
CREATE INDEX "attempt_task" ON "attempt" USING btree ("workspace_id","provider","task");--> statement-breakpoint
CREATE INDEX "batch_time" ON "batch" USING btree ("workspace_id","created_at");--> statement-breakpoint
CREATE INDEX "provider_seat_attempt" ON "provider_seat" USING btree ("attempt");--> statement-breakpoint
CREATE INDEX "work_newest" ON "work" USING btree ("workspace_id","kind","created_at");--> statement-breakpoint
CREATE INDEX "work_waiting" ON "work" USING btree ("workspace_id","created_at") WHERE "work"."status" = 'draft';