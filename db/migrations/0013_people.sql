CREATE TABLE "consent" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"version" integer NOT NULL,
	"locale" text NOT NULL,
	"words" text NOT NULL,
	"agreed" boolean NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"surface" text NOT NULL,
	"place" text NOT NULL,
	"run_id" uuid NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "consent_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
ALTER TABLE "consent" ADD CONSTRAINT "consent_person" FOREIGN KEY ("workspace_id","person_id") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "consent_open" ON "consent" USING btree ("workspace_id","person_id","purpose") WHERE "consent"."ended_at" is null;