-- The only five questions that may be asked before a workspace is known. Each answers with ids, for one exact key.
CREATE FUNCTION find_place(surface_ text, tenant_ text, external_ text)
RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.workspace_id, p.id FROM place p
  WHERE p.surface = surface_ AND p.tenant = tenant_ AND p.external = external_ AND p.gone_at IS NULL
$$;
--> statement-breakpoint
CREATE FUNCTION find_token(hash_ bytea)
RETURNS TABLE (workspace_id uuid, id uuid, person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.workspace_id, t.id, t.person_id FROM token t WHERE t.hash = hash_ AND t.revoked_at IS NULL
$$;
--> statement-breakpoint
CREATE FUNCTION find_code(hash_ bytea)
RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.workspace_id, c.id FROM code c WHERE c.hash = hash_
$$;
--> statement-breakpoint
CREATE FUNCTION find_action(token_ text)
RETURNS TABLE (workspace_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.workspace_id, a.id FROM action a WHERE a.token = token_
$$;
--> statement-breakpoint
CREATE FUNCTION list_workspaces()
RETURNS TABLE (workspace_id uuid, slug text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.workspace_id, w.slug FROM workspace w ORDER BY w.created_at, w.workspace_id
$$;
