-- The tally is the sum of `vote`, whoever changes it and how: one pass over what a statement changed.
CREATE FUNCTION count_votes() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO tally AS t (workspace_id, ballot_id, choice_id, role, votes, weight, changes)
    SELECT workspace_id, ballot_id, choice_id, role, count(*), sum(weight), 1 FROM made
    WHERE state = 'counted' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (workspace_id, ballot_id, choice_id, role)
    DO UPDATE SET votes = t.votes + excluded.votes, weight = t.weight + excluded.weight, changes = t.changes + 1;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO tally AS t (workspace_id, ballot_id, choice_id, role, votes, weight, changes)
    SELECT workspace_id, ballot_id, choice_id, role, sum(n), sum(w), 1 FROM (
      SELECT workspace_id, ballot_id, choice_id, role, 1 AS n, weight AS w FROM made WHERE state = 'counted'
      UNION ALL
      SELECT workspace_id, ballot_id, choice_id, role, -1, -weight FROM gone WHERE state = 'counted') moved
    GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0 OR sum(w) <> 0 ORDER BY 1, 2, 3, 4
    ON CONFLICT (workspace_id, ballot_id, choice_id, role)
    DO UPDATE SET votes = t.votes + excluded.votes, weight = t.weight + excluded.weight, changes = t.changes + 1;
  ELSE
    INSERT INTO tally AS t (workspace_id, ballot_id, choice_id, role, votes, weight, changes)
    SELECT workspace_id, ballot_id, choice_id, role, -count(*), -sum(weight), 1 FROM gone
    WHERE state = 'counted' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (workspace_id, ballot_id, choice_id, role)
    DO UPDATE SET votes = t.votes + excluded.votes, weight = t.weight + excluded.weight, changes = t.changes + 1;
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER vote_made AFTER INSERT ON vote REFERENCING NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION count_votes();
--> statement-breakpoint
CREATE TRIGGER vote_changed AFTER UPDATE ON vote REFERENCING OLD TABLE AS gone NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION count_votes();
--> statement-breakpoint
CREATE TRIGGER vote_gone AFTER DELETE ON vote REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION count_votes();
--> statement-breakpoint
-- Votes follow the account that cast them: when accounts become one person, or are parted, the ballots that are still
-- open are counted anew from what was cast. For each person the latest counts; what staff took out stays out.
CREATE FUNCTION recount_votes(workspace uuid, people uuid[]) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE concerned uuid[];
BEGIN
  SELECT array_agg(id) INTO concerned FROM (
    SELECT b.id FROM ballot b
    WHERE b.workspace_id = workspace AND b.status <> 'closed' AND EXISTS (
      SELECT FROM vote v WHERE v.workspace_id = workspace AND v.ballot_id = b.id AND v.person_id = ANY (people))
    ORDER BY b.id FOR NO KEY UPDATE) locked;
  IF concerned IS NULL THEN RETURN; END IF;
  WITH owned AS (
    SELECT e.*, coalesce(a.person_id, p.merged_into, p.id) AS owner
    FROM vote_event e
    JOIN person p ON p.workspace_id = workspace AND p.id = e.person_id
    LEFT JOIN account a ON a.workspace_id = workspace AND a.id = e.account_id
    WHERE e.workspace_id = workspace AND e.ballot_id = ANY (concerned) AND e.outcome = 'counted'
      AND coalesce(a.person_id, p.merged_into, p.id) = ANY (people)),
  latest AS (
    SELECT DISTINCT ON (ballot_id, owner) *, min(at) OVER (PARTITION BY ballot_id, owner, choice_id) AS first
    FROM owned ORDER BY ballot_id, owner, at DESC, seq DESC, no DESC),
  kept AS (
    SELECT l.*, coalesce((
      SELECT max(v.state) FROM vote v WHERE v.workspace_id = workspace AND v.ballot_id = l.ballot_id
        AND (v.person_id = l.owner OR (v.surface, v.delivery) = (l.surface, l.delivery))), 'counted') AS state
    FROM latest l),
  dropped AS (
    DELETE FROM vote v WHERE v.workspace_id = workspace AND v.ballot_id = ANY (concerned) AND v.person_id = ANY (people)
      AND NOT EXISTS (SELECT FROM kept k WHERE k.ballot_id = v.ballot_id AND k.owner = v.person_id))
  INSERT INTO vote (workspace_id, ballot_id, person_id, choice_id, role, weight, at, seq, first_at, state, young, surface, delivery)
  SELECT workspace, ballot_id, owner, choice_id, role, weight, at, seq, first, state, young, surface, delivery FROM kept
  ON CONFLICT (workspace_id, ballot_id, person_id) DO UPDATE SET choice_id = excluded.choice_id, role = excluded.role,
    weight = excluded.weight, at = excluded.at, seq = excluded.seq, first_at = excluded.first_at, state = excluded.state,
    young = excluded.young, surface = excluded.surface, delivery = excluded.delivery;
END $$;
--> statement-breakpoint
CREATE FUNCTION votes_follow_accounts() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE one record;
BEGIN
  FOR one IN
    SELECT m.workspace_id, array_agg(DISTINCT who.id) AS people FROM moved m
    JOIN was w ON w.workspace_id = m.workspace_id AND w.id = m.id AND w.person_id <> m.person_id
    CROSS JOIN LATERAL (VALUES (m.person_id), (w.person_id)) AS who (id) GROUP BY 1
  LOOP
    PERFORM recount_votes(one.workspace_id, one.people);
  END LOOP;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER account_votes AFTER UPDATE ON account REFERENCING OLD TABLE AS was NEW TABLE AS moved
FOR EACH STATEMENT EXECUTE FUNCTION votes_follow_accounts();
--> statement-breakpoint
CREATE FUNCTION votes_follow_persons() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE one record;
BEGIN
  FOR one IN
    SELECT m.workspace_id, array_agg(DISTINCT who.id) AS people FROM moved m
    JOIN was w ON w.workspace_id = m.workspace_id AND w.id = m.id AND w.merged_into IS DISTINCT FROM m.merged_into
    CROSS JOIN LATERAL (VALUES (m.id), (m.merged_into), (w.merged_into)) AS who (id) WHERE who.id IS NOT NULL GROUP BY 1
  LOOP
    PERFORM recount_votes(one.workspace_id, one.people);
  END LOOP;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER person_votes AFTER UPDATE ON person REFERENCING OLD TABLE AS was NEW TABLE AS moved
FOR EACH STATEMENT EXECUTE FUNCTION votes_follow_persons();
