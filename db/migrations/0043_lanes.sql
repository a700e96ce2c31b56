DROP INDEX "outbox_waiting";--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "apart" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "outbox" USING btree ("workspace_id","surface","tenant","place","apart","seq") WHERE "outbox"."status" in ('waiting', 'sending');