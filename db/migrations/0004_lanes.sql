DROP INDEX "inbox_waiting";--> statement-breakpoint
DROP INDEX "outbox_waiting";--> statement-breakpoint
ALTER TABLE "inbox" ADD COLUMN "seq" bigserial NOT NULL;--> statement-breakpoint
CREATE INDEX "inbox_waiting" ON "inbox" USING btree ("workspace_id","lane","seq") WHERE "inbox"."status" = 'received';--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "outbox" USING btree ("workspace_id","surface","tenant","place","seq") WHERE "outbox"."status" in ('waiting', 'sending');