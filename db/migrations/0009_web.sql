DROP INDEX "event_tail";--> statement-breakpoint
CREATE INDEX "event_tail" ON "event" USING btree ("workspace_id","tx","seq");