DROP INDEX "air_asset";--> statement-breakpoint
CREATE INDEX "queue_item_open" ON "queue_item" USING btree ("workspace_id","channel_id") WHERE "queue_item"."state" in ('waiting', 'handed', 'on_air');--> statement-breakpoint
CREATE INDEX "queue_item_failed" ON "queue_item" USING btree ("workspace_id","channel_id","ended_at") WHERE "queue_item"."state" = 'failed';