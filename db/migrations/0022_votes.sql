CREATE TABLE "ballot" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"channel_id" uuid,
	"question" text NOT NULL,
	"status" text NOT NULL,
	"hidden" boolean NOT NULL,
	"quorum" integer NOT NULL,
	"weights" jsonb NOT NULL,
	"rules" jsonb NOT NULL,
	"seed" text NOT NULL,
	"for_item" uuid,
	"places" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"buttons" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"locale" text NOT NULL,
	"shown" bigint DEFAULT 0 NOT NULL,
	"hold" jsonb,
	"winner_id" uuid,
	"decided_by" text,
	"result" jsonb,
	"opened_by" uuid,
	"closed_by" uuid,
	"run_id" uuid,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"closes_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	CONSTRAINT "ballot_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "ballot_kind" CHECK ("ballot"."kind" in ('question', 'next', 'theme')),
	CONSTRAINT "ballot_status" CHECK ("ballot"."status" in ('open', 'held', 'closed')),
	CONSTRAINT "ballot_decided" CHECK (("ballot"."status" = 'closed') = ("ballot"."decided_by" is not null)),
	CONSTRAINT "ballot_quorum" CHECK ("ballot"."quorum" >= 0)
);
--> statement-breakpoint
CREATE TABLE "choice" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"ballot_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"label" text NOT NULL,
	"asset_id" uuid,
	"value" text,
	"request_id" uuid,
	"own_person_id" uuid,
	"played_at" timestamp (3) with time zone,
	CONSTRAINT "choice_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "choice_ballot" UNIQUE("workspace_id","ballot_id","id"),
	CONSTRAINT "choice_position" UNIQUE("workspace_id","ballot_id","position")
);
--> statement-breakpoint
CREATE TABLE "mute" (
	"workspace_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"muted_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "mute_workspace_id_person_id_pk" PRIMARY KEY("workspace_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "tally" (
	"workspace_id" uuid NOT NULL,
	"ballot_id" uuid NOT NULL,
	"choice_id" uuid NOT NULL,
	"role" text NOT NULL,
	"votes" integer NOT NULL,
	"weight" bigint NOT NULL,
	"changes" bigint NOT NULL,
	CONSTRAINT "tally_workspace_id_ballot_id_choice_id_role_pk" PRIMARY KEY("workspace_id","ballot_id","choice_id","role")
);
--> statement-breakpoint
CREATE TABLE "vote" (
	"workspace_id" uuid NOT NULL,
	"ballot_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"choice_id" uuid NOT NULL,
	"role" text NOT NULL,
	"weight" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"first_at" timestamp (3) with time zone NOT NULL,
	"state" text DEFAULT 'counted' NOT NULL,
	"young" boolean DEFAULT false NOT NULL,
	"surface" text NOT NULL,
	"delivery" text NOT NULL,
	CONSTRAINT "vote_workspace_id_ballot_id_person_id_pk" PRIMARY KEY("workspace_id","ballot_id","person_id"),
	CONSTRAINT "vote_state" CHECK ("vote"."state" in ('counted', 'held', 'void')),
	CONSTRAINT "vote_weight" CHECK ("vote"."weight" between 0 and 300)
);
--> statement-breakpoint
CREATE TABLE "vote_event" (
	"workspace_id" uuid NOT NULL,
	"surface" text NOT NULL,
	"delivery" text NOT NULL,
	"no" bigserial NOT NULL,
	"ballot_id" uuid NOT NULL,
	"choice_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"account_id" uuid,
	"role" text NOT NULL,
	"weight" integer NOT NULL,
	"young" boolean NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"seq" bigint NOT NULL,
	"outcome" text NOT NULL,
	"taken_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "vote_event_workspace_id_surface_delivery_pk" PRIMARY KEY("workspace_id","surface","delivery")
);
--> statement-breakpoint
ALTER TABLE "ballot" ADD CONSTRAINT "ballot_channel" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "choice" ADD CONSTRAINT "choice_of" FOREIGN KEY ("workspace_id","ballot_id") REFERENCES "public"."ballot"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mute" ADD CONSTRAINT "mute_person" FOREIGN KEY ("workspace_id","person_id") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tally" ADD CONSTRAINT "tally_choice" FOREIGN KEY ("workspace_id","ballot_id","choice_id") REFERENCES "public"."choice"("workspace_id","ballot_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vote" ADD CONSTRAINT "vote_choice" FOREIGN KEY ("workspace_id","ballot_id","choice_id") REFERENCES "public"."choice"("workspace_id","ballot_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vote" ADD CONSTRAINT "vote_person" FOREIGN KEY ("workspace_id","person_id") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vote_event" ADD CONSTRAINT "vote_event_ballot" FOREIGN KEY ("workspace_id","ballot_id") REFERENCES "public"."ballot"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "ballot_next" ON "ballot" USING btree ("workspace_id","channel_id") WHERE "ballot"."kind" = 'next' and "ballot"."status" <> 'closed';--> statement-breakpoint
CREATE UNIQUE INDEX "ballot_item" ON "ballot" USING btree ("workspace_id","channel_id","for_item") WHERE "ballot"."for_item" is not null;--> statement-breakpoint
CREATE INDEX "ballot_open" ON "ballot" USING btree ("workspace_id","closes_at") WHERE "ballot"."status" <> 'closed';--> statement-breakpoint
CREATE INDEX "vote_person" ON "vote" USING btree ("workspace_id","person_id");--> statement-breakpoint
CREATE INDEX "vote_event_person" ON "vote_event" USING btree ("workspace_id","person_id","ballot_id");--> statement-breakpoint
CREATE INDEX "vote_event_time" ON "vote_event" USING btree ("workspace_id","ballot_id","taken_at");