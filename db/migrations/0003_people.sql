-- A workspace is never left without an owner, whoever demotes, merges or erases whom at the same time.
CREATE FUNCTION keep_an_owner() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('owners:' || OLD.workspace_id::text, 0));
  IF NOT EXISTS (
    SELECT FROM person p WHERE p.workspace_id = OLD.workspace_id
      AND p.role = 'owner' AND p.merged_into IS NULL AND p.erased_at IS NULL
  ) THEN
    RAISE EXCEPTION 'the last owner stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'person_last_owner';
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER person_last_owner AFTER UPDATE OF role, merged_into, erased_at ON person FOR EACH ROW
  WHEN (OLD.role = 'owner' AND OLD.merged_into IS NULL AND OLD.erased_at IS NULL
    AND (NEW.role <> 'owner' OR NEW.merged_into IS NOT NULL OR NEW.erased_at IS NOT NULL))
  EXECUTE FUNCTION keep_an_owner();
--> statement-breakpoint
CREATE TRIGGER person_last_owner_gone AFTER DELETE ON person FOR EACH ROW
  WHEN (OLD.role = 'owner' AND OLD.merged_into IS NULL AND OLD.erased_at IS NULL)
  EXECUTE FUNCTION keep_an_owner();
