CREATE TABLE "provider_pace" (
	"provider" text PRIMARY KEY NOT NULL,
	"left" double precision NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"at_once" integer,
	"at_once_until" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "provider_task" (
	"provider" text NOT NULL,
	"task" text NOT NULL,
	"attempt" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "provider_task_provider_task_pk" PRIMARY KEY("provider","task")
);
--> statement-breakpoint
ALTER TABLE "provider_queue" ADD COLUMN "since" timestamp (3) with time zone NOT NULL;