CREATE TABLE "guess" (
	"workspace_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"tries" integer NOT NULL,
	CONSTRAINT "guess_workspace_id_person_id_pk" PRIMARY KEY("workspace_id","person_id")
);
--> statement-breakpoint
ALTER TABLE "place" DROP CONSTRAINT "place_external";--> statement-breakpoint
ALTER TABLE "account" ADD COLUMN "locale" text;--> statement-breakpoint
ALTER TABLE "account" ADD COLUMN "first_person_id" uuid NOT NULL;--> statement-breakpoint
ALTER TABLE "code" ADD COLUMN "run_id" uuid NOT NULL;--> statement-breakpoint
ALTER TABLE "token" ADD COLUMN "source" text NOT NULL;--> statement-breakpoint
ALTER TABLE "guess" ADD CONSTRAINT "guess_person" FOREIGN KEY ("workspace_id","person_id") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_first_person" FOREIGN KEY ("workspace_id","first_person_id") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "code_open" ON "code" USING btree ("workspace_id","issued_by","kind") WHERE "code"."ended_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "place_owned" ON "place" USING btree ("surface","tenant","external") WHERE "place"."gone_at" is null;