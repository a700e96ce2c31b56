-- A vote that changes is written beside itself: half of each page is left for that, and no index has to hear of it.
ALTER TABLE vote SET (fillfactor = 50);
--> statement-breakpoint
-- Votes follow the account that cast them: when accounts become one person, or are parted, the ballots that are still
-- open are counted anew from what was cast. For each person the latest counts; what staff took out stays out.
CREATE OR REPLACE FUNCTION recount_votes(workspace uuid, people uuid[]) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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
    WHERE e.workspace_id = workspace AND e.ballot_id = ANY (concerned)
      AND e.taken_at >= (SELECT min(b.opened_at) - interval '1 day' FROM ballot b WHERE b.workspace_id = workspace AND b.id = ANY (concerned)) AND e.outcome = 'counted'
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
