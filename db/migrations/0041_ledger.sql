CREATE TABLE "ledger_account" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"code" text NOT NULL,
	"currency" text NOT NULL,
	"side" text NOT NULL,
	"floor" bigint,
	"tracked" boolean NOT NULL,
	"debits" bigint DEFAULT 0 NOT NULL,
	"credits" bigint DEFAULT 0 NOT NULL,
	"debits_pending" bigint DEFAULT 0 NOT NULL,
	"credits_pending" bigint DEFAULT 0 NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "ledger_account_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "ledger_account_code" UNIQUE("workspace_id","code","currency"),
	CONSTRAINT "ledger_account_side" CHECK ("ledger_account"."side" in ('debit', 'credit')),
	CONSTRAINT "ledger_account_currency" CHECK ("ledger_account"."currency" ~ '^[A-Z]{3}(/[0-9])?$'),
	CONSTRAINT "ledger_account_code_short" CHECK (length("ledger_account"."code") between 1 and 200),
	CONSTRAINT "ledger_account_counts" CHECK (least("ledger_account"."debits", "ledger_account"."credits", "ledger_account"."debits_pending", "ledger_account"."credits_pending") >= 0),
	CONSTRAINT "ledger_account_floor" CHECK ("ledger_account"."floor" is null or "ledger_account"."floor" <= case "ledger_account"."side" when 'credit'
        then "ledger_account"."credits" - "ledger_account"."debits" - "ledger_account"."debits_pending" else "ledger_account"."debits" - "ledger_account"."credits" - "ledger_account"."credits_pending" end)
);
--> statement-breakpoint
CREATE TABLE "ledger_block" (
	"workspace_id" uuid NOT NULL,
	"number" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"transfers" bigint NOT NULL,
	"postings" bigint NOT NULL,
	"before" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "ledger_block_workspace_id_number_pk" PRIMARY KEY("workspace_id","number"),
	CONSTRAINT "ledger_block_hashes" CHECK (length("ledger_block"."before") = 32 and length("ledger_block"."hash") = 32)
);
--> statement-breakpoint
CREATE TABLE "ledger_posting" (
	"workspace_id" uuid NOT NULL,
	"number" bigint NOT NULL,
	"transfer" bigint NOT NULL,
	"account_id" uuid NOT NULL,
	"currency" text NOT NULL,
	"amount" bigint NOT NULL,
	"phase" text NOT NULL,
	"balance_after" bigint NOT NULL,
	CONSTRAINT "ledger_posting_workspace_id_number_pk" PRIMARY KEY("workspace_id","number"),
	CONSTRAINT "ledger_posting_amount" CHECK ("ledger_posting"."amount" <> 0),
	CONSTRAINT "ledger_posting_phase" CHECK ("ledger_posting"."phase" in ('posted', 'held', 'freed'))
);
--> statement-breakpoint
CREATE TABLE "ledger_rollup" (
	"workspace_id" uuid NOT NULL,
	"dimension" text NOT NULL,
	"grain" text NOT NULL,
	"start" date NOT NULL,
	"account_id" uuid NOT NULL,
	"thing" text NOT NULL,
	"debits" bigint NOT NULL,
	"credits" bigint NOT NULL,
	"postings" bigint NOT NULL,
	CONSTRAINT "ledger_rollup_workspace_id_dimension_grain_start_account_id_thing_pk" PRIMARY KEY("workspace_id","dimension","grain","start","account_id","thing"),
	CONSTRAINT "ledger_rollup_grain" CHECK ("ledger_rollup"."grain" in ('day', 'month')),
	CONSTRAINT "ledger_rollup_month" CHECK ("ledger_rollup"."grain" = 'day' or extract(day from "ledger_rollup"."start") = 1),
	CONSTRAINT "ledger_rollup_counts" CHECK (least("ledger_rollup"."debits", "ledger_rollup"."credits") >= 0 and "ledger_rollup"."postings" > 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_seal" (
	"workspace_id" uuid NOT NULL,
	"block" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"hash" "bytea" NOT NULL,
	"seal" "bytea" NOT NULL,
	CONSTRAINT "ledger_seal_workspace_id_block_pk" PRIMARY KEY("workspace_id","block")
);
--> statement-breakpoint
CREATE TABLE "ledger_transfer" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"number" bigint NOT NULL,
	"scope" text NOT NULL,
	"key" text NOT NULL,
	"input_hash" "bytea" NOT NULL,
	"mode" text NOT NULL,
	"kind" text NOT NULL,
	"of_id" uuid,
	"day" date NOT NULL,
	"event_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"about" jsonb NOT NULL,
	"person_id" uuid,
	"run_id" uuid,
	"first_posting" bigint NOT NULL,
	"postings" integer NOT NULL,
	CONSTRAINT "ledger_transfer_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "ledger_transfer_number" UNIQUE("workspace_id","number"),
	CONSTRAINT "ledger_transfer_key" UNIQUE("workspace_id","scope","key"),
	CONSTRAINT "ledger_transfer_mode" CHECK ("ledger_transfer"."mode" in ('post', 'hold', 'settle', 'void', 'reverse')),
	CONSTRAINT "ledger_transfer_of_one" CHECK (("ledger_transfer"."of_id" is not null) = ("ledger_transfer"."mode" in ('settle', 'void', 'reverse'))),
	CONSTRAINT "ledger_transfer_expires" CHECK ("ledger_transfer"."expires_at" is null or "ledger_transfer"."mode" = 'hold'),
	CONSTRAINT "ledger_transfer_postings" CHECK ("ledger_transfer"."postings" between 2 and 400),
	CONSTRAINT "ledger_transfer_key_given" CHECK (length("ledger_transfer"."scope") between 1 and 100 and length("ledger_transfer"."key") between 1 and 300),
	CONSTRAINT "ledger_transfer_hash" CHECK (length("ledger_transfer"."input_hash") = 32)
);
--> statement-breakpoint
CREATE TABLE "rate" (
	"workspace_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"base" text NOT NULL,
	"quote" text NOT NULL,
	"numerator" bigint NOT NULL,
	"denominator" bigint NOT NULL,
	"source" text NOT NULL,
	"as_of" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "rate_workspace_id_id_pk" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "rate_once" UNIQUE("workspace_id","base","quote","as_of","source"),
	CONSTRAINT "rate_ratio" CHECK ("rate"."numerator" > 0 and "rate"."denominator" > 0),
	CONSTRAINT "rate_pair" CHECK ("rate"."base" ~ '^[A-Z]{3}$' and "rate"."quote" ~ '^[A-Z]{3}$' and "rate"."base" <> "rate"."quote")
);
--> statement-breakpoint
CREATE INDEX "ledger_posting_account" ON "ledger_posting" USING btree ("workspace_id","account_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_transfer_closed" ON "ledger_transfer" USING btree ("workspace_id","of_id") WHERE "ledger_transfer"."mode" in ('settle', 'void');--> statement-breakpoint
CREATE INDEX "ledger_transfer_of" ON "ledger_transfer" USING btree ("workspace_id","of_id") WHERE "ledger_transfer"."mode" = 'reverse';--> statement-breakpoint
CREATE INDEX "ledger_transfer_expiry" ON "ledger_transfer" USING btree ("workspace_id","expires_at") WHERE "ledger_transfer"."expires_at" is not null;--> statement-breakpoint
CREATE INDEX "rate_latest" ON "rate" USING btree ("workspace_id","base","quote","as_of");