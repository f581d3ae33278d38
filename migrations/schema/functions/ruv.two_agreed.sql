-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.two_agreed(command bigint, kind text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
BEGIN
    RETURN EXISTS (
        SELECT FROM public.command_request c
        WHERE c.id = two_agreed.command AND c.kind = two_agreed.kind AND c.state = 'EJECUTADA'
          AND c.decided_at = now() AND c.decided_by = me.user_id AND c.decided_unit_id = me.unit_id
          AND c.requested_by <> me.user_id AND c.requested_unit_id <> me.unit_id AND c.expires_at > now());
END $function$;
ALTER FUNCTION ruv.two_agreed(bigint,text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.two_agreed(bigint,text) TO ruv_app;
