ALTER TABLE "audit_block" ADD COLUMN "low" uuid NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_block" ADD COLUMN "high" uuid NOT NULL;--> statement-breakpoint
CREATE INDEX "audit_block_span" ON "audit_block" USING btree ("workspace_id","high","low");