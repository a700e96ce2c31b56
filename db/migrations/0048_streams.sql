CREATE TABLE "watch_quota" (
	"account" text PRIMARY KEY NOT NULL,
	"day" text NOT NULL,
	"units" integer NOT NULL,
	"rests" boolean DEFAULT false NOT NULL
);
