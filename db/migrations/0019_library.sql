CREATE TABLE "approval" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text,
	"channel_id" uuid,
	"provider" text,
	"least" double precision NOT NULL,
	"set_by" uuid,
	"set_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "approval_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "approval_least" CHECK ("approval"."least" between 0 and 1),
	CONSTRAINT "approval_narrow" CHECK (coalesce("approval"."kind", "approval"."provider", "approval"."channel_id"::text) is not null)
);
--> statement-breakpoint
CREATE TABLE "voice_rule" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"level" text NOT NULL,
	"set_by" uuid,
	"set_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "voice_rule_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "voice_rule_value" UNIQUE("workspace_id","kind","value"),
	CONSTRAINT "voice_rule_kind" CHECK ("voice_rule"."kind" in ('word', 'claim', 'link', 'shouting', 'personal')),
	CONSTRAINT "voice_rule_level" CHECK ("voice_rule"."level" in ('refuse', 'warn', 'off')),
	CONSTRAINT "voice_rule_words" CHECK (("voice_rule"."kind" in ('word', 'claim')) = ("voice_rule"."value" <> ''))
);
--> statement-breakpoint
ALTER TABLE "approval" ADD CONSTRAINT "approval_channel" FOREIGN KEY ("workspace_id","channel_id") REFERENCES "public"."channel"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "work_same" ON "work" USING btree ("workspace_id","provider","model",md5("prompt"));