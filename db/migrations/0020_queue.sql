CREATE TABLE "air" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"item_id" uuid NOT NULL,
	"asset_id" uuid NOT NULL,
	"source" text NOT NULL,
	"decided_by" text NOT NULL,
	"from_at" timestamp (3) with time zone NOT NULL,
	"to_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "air_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "air_item" UNIQUE("workspace_id","item_id"),
	CONSTRAINT "air_order" CHECK ("air"."to_at" >= "air"."from_at")
);
--> statement-breakpoint
CREATE TABLE "daypart" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"rotation_id" uuid NOT NULL,
	"days" smallint NOT NULL,
	"begins" smallint NOT NULL,
	"ends" smallint NOT NULL,
	CONSTRAINT "daypart_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "daypart_same" UNIQUE("workspace_id","rotation_id","days","begins","ends"),
	CONSTRAINT "daypart_days" CHECK ("daypart"."days" between 1 and 127),
	CONSTRAINT "daypart_hours" CHECK ("daypart"."begins" between 0 and 1439 and "daypart"."ends" between 1 and 1440)
);
--> statement-breakpoint
CREATE TABLE "queue_item" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"asset_id" uuid NOT NULL,
	"source" text NOT NULL,
	"tier" smallint NOT NULL,
	"rank" bigint NOT NULL,
	"state" text NOT NULL,
	"rotation_id" uuid,
	"person_id" uuid,
	"ballot_id" uuid,
	"request_id" uuid,
	"decided_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"handed_token" bigint,
	"handed_at" timestamp (3) with time zone,
	"heard_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"heard_ms" integer,
	"skip_at" timestamp (3) with time zone,
	"skip_by" uuid,
	"reason" text,
	CONSTRAINT "queue_item_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "queue_item_state" CHECK ("queue_item"."state" in ('waiting', 'handed', 'on_air', 'played', 'skipped', 'failed')),
	CONSTRAINT "queue_item_source" CHECK ("queue_item"."source" in ('emergency', 'jingle', 'vote', 'operator', 'request', 'rotation')),
	CONSTRAINT "queue_item_token" CHECK ("queue_item"."state" not in ('handed', 'on_air') or "queue_item"."handed_token" is not null),
	CONSTRAINT "queue_item_heard" CHECK ("queue_item"."state" not in ('on_air', 'played') or "queue_item"."heard_at" is not null),
	CONSTRAINT "queue_item_over" CHECK (("queue_item"."state" in ('played', 'skipped', 'failed')) = ("queue_item"."ended_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "rotation" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel_id" uuid,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"weight" integer DEFAULT 3 NOT NULL,
	"queries" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"every_songs" integer,
	"every_minutes" integer,
	"at_minute" integer,
	"enabled" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "rotation_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "rotation_name" UNIQUE NULLS NOT DISTINCT("workspace_id","channel_id","name"),
	CONSTRAINT "rotation_kind" CHECK ("rotation"."kind" in ('standard', 'jingle', 'emergency')),
	CONSTRAINT "rotation_weight" CHECK ("rotation"."weight" between 1 and 100),
	CONSTRAINT "rotation_pace" CHECK (num_nonnulls("rotation"."every_songs", "rotation"."every_minutes", "rotation"."at_minute") <= 1 and "rotation"."every_songs" between 1 and 1000
        and "rotation"."every_minutes" between 1 and 10080 and "rotation"."at_minute" between 0 and 59),
	CONSTRAINT "rotation_shared" CHECK ("rotation"."channel_id" is not null or "rotation"."kind" <> 'standard')
);
--> statement-breakpoint
CREATE TABLE "rotation_work" (
	"workspace_id" uuid NOT NULL,
	"rotation_id" uuid NOT NULL,
	"work_id" uuid NOT NULL,
	"added_by" uuid,
	"added_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "rotation_work_workspace_id_rotation_id_work_id_pk" PRIMARY KEY("workspace_id","rotation_id","work_id")
);
--> statement-breakpoint
CREATE TABLE "channel_lease" (
	"workspace_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"host_id" text NOT NULL,
	"token" bigint NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "channel_lease_workspace_id_channel_id_pk" PRIMARY KEY("workspace_id","channel_id"),
	CONSTRAINT "channel_lease_token" CHECK ("channel_lease"."token" > 0)
);
--> statement-breakpoint
CREATE TABLE "channel_place" (
	"workspace_id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"surface" text NOT NULL,
	"tenant" text NOT NULL,
	"external" text NOT NULL,
	"bound_by" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "channel_place_workspace_id_channel_id_surface_tenant_external_pk" PRIMARY KEY("workspace_id","channel_id","surface","tenant","external")
);
--> statement-breakpoint
CREATE TABLE "destination" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"host" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"state" text DEFAULT 'unknown' NOT NULL,
	"state_note" text DEFAULT '' NOT NULL,
	"checked_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"gone_at" timestamp (3) with time zone,
	CONSTRAINT "destination_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "destination_kind" CHECK ("destination"."kind" in ('rtmp', 'icecast', 'hls')),
	CONSTRAINT "destination_state" CHECK ("destination"."state" in ('unknown', 'connecting', 'live', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "host" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"cores" integer NOT NULL,
	"load" double precision NOT NULL,
	"memory_total" bigint NOT NULL,
	"memory_free" bigint NOT NULL,
	"memory_used" bigint NOT NULL,
	"channels" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "server" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"address" text DEFAULT '' NOT NULL,
	"kind" text DEFAULT 'worker' NOT NULL,
	"drain" boolean DEFAULT false NOT NULL,
	"drain_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"gone_at" timestamp (3) with time zone,
	CONSTRAINT "server_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "server_kind" CHECK ("server"."kind" in ('worker', 'obs', 'liquidsoap', 'azuracast', 'other'))
);
--> statement-breakpoint
CREATE TABLE "silence" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"from_at" timestamp (3) with time zone NOT NULL,
	"to_at" timestamp (3) with time zone,
	"why" text NOT NULL,
	CONSTRAINT "silence_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "silence_order" CHECK ("silence"."to_at" >= "silence"."from_at")
);
--> statement-breakpoint
CREATE TABLE "wanted_span" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"from_at" timestamp (3) with time zone NOT NULL,
	"to_at" timestamp (3) with time zone,
	CONSTRAINT "wanted_span_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "wanted_span_order" CHECK ("wanted_span"."to_at" >= "wanted_span"."from_at")
);
--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "wanted" text DEFAULT 'off' NOT NULL;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "wanted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "wanted_by" uuid;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "restart_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "emergency_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "engine" text DEFAULT 'mixer' NOT NULL;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "crossfade_ms" integer DEFAULT 4000 NOT NULL;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "beat_match" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "track_gap" integer DEFAULT 120 NOT NULL;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "artist_gap" integer DEFAULT 20 NOT NULL;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "votes" jsonb DEFAULT '{"on":true,"candidates":4,"leadSeconds":20,"quorum":1,"hidden":false}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "visual" text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "status_note" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "status_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "channel" ADD COLUMN "sound_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "air" ADD CONSTRAINT "air_channel_key" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "air" ADD CONSTRAINT "air_work" FOREIGN KEY ("workspace_id","asset_id") REFERENCES "public"."work"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "daypart" ADD CONSTRAINT "daypart_rotation" FOREIGN KEY ("workspace_id","rotation_id") REFERENCES "public"."rotation"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "queue_item" ADD CONSTRAINT "queue_item_channel" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "queue_item" ADD CONSTRAINT "queue_item_work" FOREIGN KEY ("workspace_id","asset_id") REFERENCES "public"."work"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rotation" ADD CONSTRAINT "rotation_channel" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rotation_work" ADD CONSTRAINT "rotation_work_rotation" FOREIGN KEY ("workspace_id","rotation_id") REFERENCES "public"."rotation"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rotation_work" ADD CONSTRAINT "rotation_work_work" FOREIGN KEY ("workspace_id","work_id") REFERENCES "public"."work"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channel_lease" ADD CONSTRAINT "channel_lease_channel" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "channel_place" ADD CONSTRAINT "channel_place_channel" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "destination" ADD CONSTRAINT "destination_channel" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "silence" ADD CONSTRAINT "silence_channel_key" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wanted_span" ADD CONSTRAINT "wanted_span_channel_key" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "air_channel" ON "air" USING btree ("workspace_id","channel_id","from_at");--> statement-breakpoint
CREATE INDEX "queue_item_waiting" ON "queue_item" USING btree ("workspace_id","channel_id","tier","rank","id") WHERE "queue_item"."state" = 'waiting';--> statement-breakpoint
CREATE UNIQUE INDEX "queue_item_on_air" ON "queue_item" USING btree ("workspace_id","channel_id") WHERE "queue_item"."state" = 'on_air';--> statement-breakpoint
CREATE UNIQUE INDEX "queue_item_handed" ON "queue_item" USING btree ("workspace_id","channel_id") WHERE "queue_item"."state" = 'handed';--> statement-breakpoint
CREATE UNIQUE INDEX "queue_item_ballot" ON "queue_item" USING btree ("workspace_id","ballot_id") WHERE "queue_item"."ballot_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "queue_item_request" ON "queue_item" USING btree ("workspace_id","request_id") WHERE "queue_item"."request_id" is not null;--> statement-breakpoint
CREATE INDEX "queue_item_ended" ON "queue_item" USING btree ("workspace_id","channel_id","ended_at");--> statement-breakpoint
CREATE INDEX "channel_lease_host" ON "channel_lease" USING btree ("host_id");--> statement-breakpoint
CREATE UNIQUE INDEX "destination_name" ON "destination" USING btree ("workspace_id","channel_id",lower("name")) WHERE "destination"."gone_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "server_name" ON "server" USING btree ("workspace_id",lower("name")) WHERE "server"."gone_at" is null;--> statement-breakpoint
CREATE INDEX "silence_channel" ON "silence" USING btree ("workspace_id","channel_id","from_at");--> statement-breakpoint
CREATE UNIQUE INDEX "silence_open" ON "silence" USING btree ("workspace_id","channel_id") WHERE "silence"."to_at" is null;--> statement-breakpoint
CREATE INDEX "wanted_span_channel" ON "wanted_span" USING btree ("workspace_id","channel_id","from_at");--> statement-breakpoint
CREATE UNIQUE INDEX "wanted_span_open" ON "wanted_span" USING btree ("workspace_id","channel_id") WHERE "wanted_span"."to_at" is null;--> statement-breakpoint
ALTER TABLE "channel" ADD CONSTRAINT "channel_wanted" CHECK ("channel"."wanted" in ('off', 'on') and ("channel"."wanted" = 'off' or "channel"."wanted_at" is not null));--> statement-breakpoint
ALTER TABLE "channel" ADD CONSTRAINT "channel_engine" CHECK ("channel"."engine" in ('mixer', 'liquidsoap', 'obs', 'azuracast'));--> statement-breakpoint
ALTER TABLE "channel" ADD CONSTRAINT "channel_visual" CHECK ("channel"."visual" in ('none', 'loop', 'card'));--> statement-breakpoint
ALTER TABLE "channel" ADD CONSTRAINT "channel_crossfade" CHECK ("channel"."crossfade_ms" between 0 and 15000);--> statement-breakpoint
ALTER TABLE "channel" ADD CONSTRAINT "channel_gaps" CHECK ("channel"."track_gap" between 0 and 10080 and "channel"."artist_gap" between 0 and 10080);