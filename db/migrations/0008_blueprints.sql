CREATE TABLE "budget" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"scope" text NOT NULL,
	"each" text DEFAULT '' NOT NULL,
	"period" text NOT NULL,
	"stage" integer,
	"asset" text NOT NULL,
	"amount" bigint NOT NULL,
	"set_by" uuid,
	"set_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "budget_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "budget_of" UNIQUE NULLS NOT DISTINCT("workspace_id","scope","each","period","asset","stage"),
	CONSTRAINT "budget_amount" CHECK ("budget"."amount" >= 0),
	CONSTRAINT "budget_each" CHECK ("budget"."each" in ('', 'channel', 'person')),
	CONSTRAINT "budget_period" CHECK ("budget"."period" in ('day', 'week', 'month', 'year', 'once'))
);
--> statement-breakpoint
CREATE TABLE "rule" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"metric" text NOT NULL,
	"scope" text DEFAULT '' NOT NULL,
	"operator" text NOT NULL,
	"threshold" numeric NOT NULL,
	"window_seconds" integer NOT NULL,
	"severity" text NOT NULL,
	"place" text DEFAULT '' NOT NULL,
	"advice" text DEFAULT '' NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"set_by" uuid,
	"set_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "rule_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "rule_slug" UNIQUE("workspace_id","slug"),
	CONSTRAINT "rule_operator" CHECK ("rule"."operator" in ('>', '>=', '<', '<=')),
	CONSTRAINT "rule_severity" CHECK ("rule"."severity" in ('notice', 'warning', 'critical')),
	CONSTRAINT "rule_window" CHECK ("rule"."window_seconds" > 0)
);
--> statement-breakpoint
CREATE TABLE "target" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"metric" text NOT NULL,
	"scope" text DEFAULT '' NOT NULL,
	"period" text DEFAULT '' NOT NULL,
	"stage" integer,
	"due_month" integer,
	"due_on" text,
	"low" numeric NOT NULL,
	"high" numeric,
	"currency" text,
	"stated" numeric,
	"note" text,
	"set_by" uuid,
	"set_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "target_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "target_of" UNIQUE NULLS NOT DISTINCT("workspace_id","metric","scope","period","stage","due_month","due_on"),
	CONSTRAINT "target_range" CHECK (("target"."high" is null or "target"."high" >= "target"."low") and ("target"."due_on" is null or "target"."due_on" ~ '^\d{4}-\d{2}-\d{2}$')
        and "target"."period" in ('', 'hour', 'day', 'week', 'month', 'year', 'once'))
);
--> statement-breakpoint
CREATE TABLE "term" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"slug" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"kind" text NOT NULL,
	"program" text,
	"name" text NOT NULL,
	"base" text,
	"rate_bp" integer,
	"low_bp" integer,
	"high_bp" integer,
	"from" bigint,
	"from_unit" text,
	"asset" text,
	"amount" bigint,
	"high" bigint,
	"period" text,
	"months" integer,
	"conditions" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"set_by" uuid,
	"since" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "term_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "term_version" UNIQUE("workspace_id","slug","version"),
	CONSTRAINT "term_rates" CHECK (coalesce("term"."rate_bp", 0) between 0 and 10000 and coalesce("term"."low_bp", 0) between 0 and 10000
        and coalesce("term"."high_bp", 10000) between coalesce("term"."low_bp", 0) and 10000),
	CONSTRAINT "term_amount" CHECK (("term"."asset" is null) = ("term"."amount" is null) and coalesce("term"."amount", 0) >= 0)
);
--> statement-breakpoint
CREATE TABLE "checklist_item" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"stage" integer NOT NULL,
	"slug" text NOT NULL,
	"position" integer NOT NULL,
	"due" text NOT NULL,
	"says" text NOT NULL,
	"done_by" uuid,
	"done_at" timestamp (3) with time zone,
	CONSTRAINT "checklist_item_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "checklist_item_slug" UNIQUE("workspace_id","stage","slug"),
	CONSTRAINT "checklist_item_done" CHECK ("checklist_item"."due" in ('before', 'during') and num_nulls("checklist_item"."done_by", "checklist_item"."done_at") in (0, 2))
);
--> statement-breakpoint
CREATE TABLE "gate" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"stage" integer NOT NULL,
	"slug" text NOT NULL,
	"position" integer NOT NULL,
	"says" text NOT NULL,
	"metric" text,
	"scope" text DEFAULT '' NOT NULL,
	"operator" text,
	"value" numeric,
	"window_days" integer,
	"signed_by" uuid,
	"signed_at" timestamp (3) with time zone,
	CONSTRAINT "gate_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "gate_slug" UNIQUE("workspace_id","stage","slug"),
	CONSTRAINT "gate_operator" CHECK ("gate"."operator" in ('>', '>=', '<', '<=')),
	CONSTRAINT "gate_kind" CHECK (num_nulls("gate"."metric", "gate"."operator", "gate"."value", "gate"."window_days") in (0, 4)
        and num_nulls("gate"."signed_by", "gate"."signed_at") in (0, 2) and ("gate"."metric" is null or "gate"."signed_by" is null))
);
--> statement-breakpoint
CREATE TABLE "plan_line" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"stage" integer NOT NULL,
	"plan" text NOT NULL,
	"slug" text NOT NULL,
	"position" integer NOT NULL,
	"name" text NOT NULL,
	"provider" text,
	"asset" text,
	"amount" bigint,
	"count" integer DEFAULT 1 NOT NULL,
	"people" integer,
	"carried" boolean DEFAULT false NOT NULL,
	CONSTRAINT "plan_line_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "plan_line_slug" UNIQUE("workspace_id","stage","plan","slug"),
	CONSTRAINT "plan_line_amount" CHECK (("plan_line"."asset" is null) = ("plan_line"."amount" is null) and ("plan_line"."amount" is null or "plan_line"."amount" >= 0) and "plan_line"."count" > 0)
);
--> statement-breakpoint
CREATE TABLE "risk" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"slug" text NOT NULL,
	"stage" integer,
	"kind" text NOT NULL,
	"level" text NOT NULL,
	"says" text NOT NULL,
	"mitigation" text NOT NULL,
	"backup" text NOT NULL,
	"trigger" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "risk_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "risk_slug" UNIQUE("workspace_id","slug"),
	CONSTRAINT "risk_level" CHECK ("risk"."level" in ('low', 'medium', 'medium-high', 'high'))
);
--> statement-breakpoint
CREATE TABLE "stage" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"number" integer NOT NULL,
	"name" text NOT NULL,
	"goal" text DEFAULT '' NOT NULL,
	"unit" text NOT NULL,
	"starts" integer NOT NULL,
	"ends" integer,
	"priority" text,
	"features" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"choices" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"current" boolean DEFAULT false NOT NULL,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "stage_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "stage_number" UNIQUE("workspace_id","number"),
	CONSTRAINT "stage_span" CHECK ("stage"."number" > 0 and "stage"."starts" >= 0 and ("stage"."ends" is null or "stage"."ends" >= "stage"."starts"))
);
--> statement-breakpoint
CREATE TABLE "stage_plan" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"stage" integer NOT NULL,
	"kind" text NOT NULL,
	"period" text NOT NULL,
	"asset" text NOT NULL,
	"amount" bigint NOT NULL,
	"high" bigint,
	"stated" bigint,
	"note" text,
	CONSTRAINT "stage_plan_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "stage_plan_kind" UNIQUE("workspace_id","stage","kind"),
	CONSTRAINT "stage_plan_amounts" CHECK ("stage_plan"."amount" >= 0 and ("stage_plan"."high" is null or "stage_plan"."high" >= "stage_plan"."amount"))
);
--> statement-breakpoint
CREATE TABLE "channel" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"genre" text NOT NULL,
	"hue" text NOT NULL,
	"stage" integer,
	"position" integer DEFAULT 0 NOT NULL,
	"audience" text DEFAULT '' NOT NULL,
	"brand" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"status" text DEFAULT 'off' NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "channel_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "channel_slug" UNIQUE("workspace_id","slug"),
	CONSTRAINT "channel_slug_form" CHECK ("channel"."slug" ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length("channel"."slug") <= 60),
	CONSTRAINT "channel_hue_form" CHECK ("channel"."hue" ~ '^#[0-9a-f]{6}$'),
	CONSTRAINT "channel_status" CHECK ("channel"."status" in ('off', 'starting', 'on', 'stopping', 'failed'))
);
--> statement-breakpoint
ALTER TABLE "budget" ADD CONSTRAINT "budget_stage" FOREIGN KEY ("workspace_id","stage") REFERENCES "public"."stage"("workspace_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget" ADD CONSTRAINT "budget_setter" FOREIGN KEY ("workspace_id","set_by") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rule" ADD CONSTRAINT "rule_setter" FOREIGN KEY ("workspace_id","set_by") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target" ADD CONSTRAINT "target_stage" FOREIGN KEY ("workspace_id","stage") REFERENCES "public"."stage"("workspace_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "target" ADD CONSTRAINT "target_setter" FOREIGN KEY ("workspace_id","set_by") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "term" ADD CONSTRAINT "term_setter" FOREIGN KEY ("workspace_id","set_by") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checklist_item" ADD CONSTRAINT "checklist_item_stage" FOREIGN KEY ("workspace_id","stage") REFERENCES "public"."stage"("workspace_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checklist_item" ADD CONSTRAINT "checklist_item_doer" FOREIGN KEY ("workspace_id","done_by") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gate" ADD CONSTRAINT "gate_stage" FOREIGN KEY ("workspace_id","stage") REFERENCES "public"."stage"("workspace_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gate" ADD CONSTRAINT "gate_signer" FOREIGN KEY ("workspace_id","signed_by") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_line" ADD CONSTRAINT "plan_line_plan" FOREIGN KEY ("workspace_id","stage","plan") REFERENCES "public"."stage_plan"("workspace_id","stage","kind") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk" ADD CONSTRAINT "risk_stage" FOREIGN KEY ("workspace_id","stage") REFERENCES "public"."stage"("workspace_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stage_plan" ADD CONSTRAINT "stage_plan_stage" FOREIGN KEY ("workspace_id","stage") REFERENCES "public"."stage"("workspace_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "term_program" ON "term" USING btree ("workspace_id","program");--> statement-breakpoint
CREATE UNIQUE INDEX "stage_current" ON "stage" USING btree ("workspace_id") WHERE "stage"."current";--> statement-breakpoint
CREATE INDEX "channel_order" ON "channel" USING btree ("workspace_id","position","slug");