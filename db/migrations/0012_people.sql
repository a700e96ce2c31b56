ALTER TABLE "person" ADD COLUMN "merged_first" uuid;--> statement-breakpoint
ALTER TABLE "person" ADD COLUMN "merged_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "token" ADD COLUMN "first_person_id" uuid;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "first_person_id" uuid;--> statement-breakpoint
ALTER TABLE "person" ADD CONSTRAINT "person_merged_first" FOREIGN KEY ("workspace_id","merged_first") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "token" ADD CONSTRAINT "token_first_person" FOREIGN KEY ("workspace_id","first_person_id") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_first_person" FOREIGN KEY ("workspace_id","first_person_id") REFERENCES "public"."person"("workspace_id","id") ON DELETE no action ON UPDATE no action;