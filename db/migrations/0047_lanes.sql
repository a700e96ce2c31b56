-- What a title is found by: "=" all of it, "-" a word, and groups of three letters. The same for what is typed.
CREATE FUNCTION title_grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  WITH plain AS (
    SELECT trim(regexp_replace(lower(regexp_replace(normalize(left(words, 200), NFKD), '[\u0300-\u036f]', '', 'g')),
      '[\s!-/:-@\[-`{-~\u00a0-\u00bf\u2000-\u206f\u3000-\u303f]+', ' ', 'g')) AS t),
  word AS (SELECT DISTINCT w FROM plain, regexp_split_to_table(t, ' ') w WHERE w <> '')
  SELECT coalesce(array_agg(DISTINCT g), '{}') FROM (
    SELECT '=' || left(t, 80) AS g FROM plain WHERE t <> ''
    UNION ALL SELECT '-' || left(w, 40) FROM word
    UNION ALL SELECT substr('  ' || left(w, 40) || ' ', n, 3) FROM word, generate_series(1, length(left(w, 40)) + 1) n) x
$$;
--> statement-breakpoint
CREATE FUNCTION keep_grams() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF (old.title, old.status, old.kind, old.channel_id, old.facts->>'artist')
      IS NOT DISTINCT FROM (new.title, new.status, new.kind, new.channel_id, new.facts->>'artist') THEN RETURN NULL; END IF;
    DELETE FROM title_gram WHERE workspace_id = new.workspace_id AND work_id = new.id;
  END IF;
  IF new.status = 'approved' AND new.kind = 'song' THEN
    INSERT INTO title_gram (workspace_id, gram, channel_id, work_id)
    SELECT new.workspace_id, g, coalesce(new.channel_id, '00000000-0000-0000-0000-000000000000'), new.id
    FROM (SELECT unnest(title_grams(new.title)) UNION SELECT unnest(title_grams(concat_ws(' ', new.title, new.facts->>'artist')))) x (g)
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER work_grams AFTER INSERT OR UPDATE ON work FOR EACH ROW EXECUTE FUNCTION keep_grams();
--> statement-breakpoint
INSERT INTO title_gram (workspace_id, gram, channel_id, work_id)
SELECT w.workspace_id, g, coalesce(w.channel_id, '00000000-0000-0000-0000-000000000000'), w.id
FROM work w, LATERAL (SELECT unnest(title_grams(w.title)) UNION SELECT unnest(title_grams(concat_ws(' ', w.title, w.facts->>'artist')))) x (g)
WHERE w.status = 'approved' AND w.kind = 'song'
ON CONFLICT DO NOTHING;
