CREATE TABLE "prompt_version" (
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"body" text NOT NULL,
	"weight" integer NOT NULL,
	"set_by" uuid,
	"set_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "prompt_version_workspace_id_name_version_pk" PRIMARY KEY("workspace_id","name","version"),
	CONSTRAINT "prompt_version_weight" CHECK ("prompt_version"."weight" between 0 and 100),
	CONSTRAINT "prompt_version_number" CHECK ("prompt_version"."version" > 0)
);
