CREATE TABLE "entry" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	CONSTRAINT "entry_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "entry_hash" UNIQUE("workspace_id","hash")
);
--> statement-breakpoint
CREATE TABLE "session" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"token_id" uuid,
	"hash" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "session_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "session_hash" UNIQUE("workspace_id","hash")
);
--> statement-breakpoint
ALTER TABLE "entry" ADD CONSTRAINT "entry_person" FOREIGN KEY ("workspace_id","person_id") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_person" FOREIGN KEY ("workspace_id","person_id") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_token" FOREIGN KEY ("workspace_id","token_id") REFERENCES "public"."token"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "session_person" ON "session" USING btree ("workspace_id","person_id");--> statement-breakpoint
CREATE INDEX "inbox_console" ON "inbox" USING btree ("workspace_id","person_id","id") WHERE "inbox"."surface" = 'web';