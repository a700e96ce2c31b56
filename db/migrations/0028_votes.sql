ALTER TABLE "vote_event" DROP CONSTRAINT "vote_event_ballot";
--> statement-breakpoint
DROP INDEX "vote_person";--> statement-breakpoint
DROP INDEX "vote_event_person";--> statement-breakpoint
DROP INDEX "vote_event_time";--> statement-breakpoint
CREATE INDEX "vote_event_time" ON "vote_event" USING brin ("taken_at");