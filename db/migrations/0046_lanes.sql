CREATE TABLE "title_gram" (
	"workspace_id" uuid NOT NULL,
	"gram" text NOT NULL,
	"channel_id" uuid NOT NULL,
	"work_id" uuid NOT NULL,
	CONSTRAINT "title_gram_workspace_id_gram_channel_id_work_id_pk" PRIMARY KEY("workspace_id","gram","channel_id","work_id")
);
--> statement-breakpoint
ALTER TABLE "title_gram" ADD CONSTRAINT "title_gram_of" FOREIGN KEY ("workspace_id","work_id") REFERENCES "public"."work"("workspace_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "title_gram_work" ON "title_gram" USING btree ("workspace_id","work_id");