ALTER TABLE "rule" ADD COLUMN "currency" text;--> statement-breakpoint
ALTER TABLE "target" ADD COLUMN "position" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "gate" ADD COLUMN "currency" text;--> statement-breakpoint
ALTER TABLE "risk" ADD COLUMN "position" integer DEFAULT 0 NOT NULL;