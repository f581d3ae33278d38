-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.session_state(session uuid)
 RETURNS TABLE(
     user_id bigint, username text, unit_id bigint, institution_id bigint, role text, supervisor boolean
 )
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN QUERY
        SELECT u.id, u.username, u.unit_id, u.institution_id, u.role, u.supervisor
        FROM public.auth_session s JOIN public.user_account u ON u.id = s.user_id
        WHERE s.id = session AND s.revoked_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL
          AND u.approved_at IS NOT NULL;
END $function$;
ALTER FUNCTION ruv.session_state(uuid) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.session_state(uuid) TO ruv_app;
