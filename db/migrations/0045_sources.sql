CREATE TABLE "product" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"description" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"every" text,
	"channel_id" uuid,
	"active" boolean DEFAULT true NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"source" text,
	"link" text,
	"url" text,
	"offered_version" integer,
	"made_by" uuid NOT NULL,
	"made_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "product_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "product_slug" UNIQUE("workspace_id","slug"),
	CONSTRAINT "product_price" CHECK ("product"."amount" > 0 and "product"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "product_every" CHECK ("product"."every" in ('week', 'month', 'year')),
	CONSTRAINT "product_offer" CHECK (num_nulls("product"."source", "product"."link", "product"."url", "product"."offered_version") in (0, 4))
);
--> statement-breakpoint
CREATE TABLE "import_file" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"sha256" "bytea" NOT NULL,
	"family" text NOT NULL,
	"report" text,
	"rows" integer NOT NULL,
	"added" integer NOT NULL,
	"repeated" integer NOT NULL,
	"amended" integer NOT NULL,
	"waiting" integer NOT NULL,
	"wrong" integer NOT NULL,
	"person_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "import_file_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "import_line" (
	"workspace_id" uuid NOT NULL,
	"scope" text NOT NULL,
	"kind" text NOT NULL,
	"reference" text NOT NULL,
	"currency" text NOT NULL,
	"amount" bigint NOT NULL,
	"booked" bigint NOT NULL,
	"status" text NOT NULL,
	"postings" integer NOT NULL,
	"import_id" uuid NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "import_line_workspace_id_scope_kind_reference_pk" PRIMARY KEY("workspace_id","scope","kind","reference"),
	CONSTRAINT "import_line_status" CHECK ("import_line"."status" in ('pending', 'approved', 'declined', 'paid', 'reversed'))
);
--> statement-breakpoint
CREATE TABLE "import_map" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"source" text NOT NULL,
	"columns" jsonb NOT NULL,
	"made_by" uuid NOT NULL,
	"made_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "import_map_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "import_map_name" UNIQUE("workspace_id","name")
);
--> statement-breakpoint
CREATE TABLE "source_entry" (
	"workspace_id" uuid NOT NULL,
	"source" text NOT NULL,
	"external" text NOT NULL,
	"object" text NOT NULL,
	"kind" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"booked_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "source_entry_workspace_id_source_external_pk" PRIMARY KEY("workspace_id","source","external")
);
--> statement-breakpoint
CREATE TABLE "source_hint" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"source" text NOT NULL,
	"external" text NOT NULL,
	"kind" text NOT NULL,
	"object" text NOT NULL,
	"sort" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"status" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp (3) with time zone NOT NULL,
	"error" text,
	"done_at" timestamp (3) with time zone,
	CONSTRAINT "source_hint_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "source_hint_once" UNIQUE("workspace_id","source","external"),
	CONSTRAINT "source_hint_status" CHECK ("source_hint"."status" in ('waiting', 'done', 'gone', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "source_mark" (
	"workspace_id" uuid NOT NULL,
	"source" text NOT NULL,
	"through" timestamp (3) with time zone NOT NULL,
	"looked_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "source_mark_workspace_id_source_pk" PRIMARY KEY("workspace_id","source")
);
--> statement-breakpoint
CREATE TABLE "source_thing" (
	"workspace_id" uuid NOT NULL,
	"source" text NOT NULL,
	"external" text NOT NULL,
	"sort" text NOT NULL,
	"status" text NOT NULL,
	"rank" integer NOT NULL,
	"facts" jsonb NOT NULL,
	"asked_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "source_thing_workspace_id_source_external_pk" PRIMARY KEY("workspace_id","source","external")
);
--> statement-breakpoint
ALTER TABLE "product" ADD CONSTRAINT "product_channel" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_line" ADD CONSTRAINT "import_line_file" FOREIGN KEY ("workspace_id","import_id") REFERENCES "public"."import_file"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "source_entry_object" ON "source_entry" USING btree ("workspace_id","source","object");--> statement-breakpoint
CREATE INDEX "source_hint_waiting" ON "source_hint" USING btree ("workspace_id","source","at") WHERE "source_hint"."status" = 'waiting';--> statement-breakpoint
CREATE INDEX "source_thing_sort" ON "source_thing" USING btree ("workspace_id","source","sort","status");