DROP INDEX "queue_item_ended";--> statement-breakpoint
CREATE INDEX "air_asset" ON "air" USING btree ("workspace_id","channel_id","asset_id","to_at");--> statement-breakpoint
CREATE INDEX "queue_item_heard_at" ON "queue_item" USING btree ("workspace_id","channel_id","heard_at");--> statement-breakpoint
CREATE INDEX "queue_item_rotation" ON "queue_item" USING btree ("workspace_id","channel_id","rotation_id","handed_at");