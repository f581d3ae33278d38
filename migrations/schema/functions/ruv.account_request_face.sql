-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.account_request_face(request bigint)
 RETURNS TABLE(
     username text,
     role_now text,
     unit_now text,
     unit_wanted text,
     institution text,
     asked_by text,
     asked_unit text,
     decided_by_name text,
     decided_unit text,
     own_request boolean,
     may_decide boolean
 )
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
BEGIN
    RETURN QUERY
        WITH named AS (
            SELECT t.id, CASE WHEN t.institution_id = me.institution_id OR ruv.shows_shelters()
                                OR t.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') THEN t.name
                              ELSE 'Centro de acogida (reservado)' END AS name
            FROM public.unit t)
        SELECT a.username, a.role, n.name, w.name, i.name, q.username, qu.name, d.username, du.name,
               r.requested_by = me.user_id, r.state = 'PENDIENTE' AND r.expires_at > now() AND ruv.may_second(r.id)
        FROM public.account_request r
        JOIN public.user_account a ON a.id = r.account_id
        JOIN named n ON n.id = a.unit_id
        JOIN public.institution i ON i.id = r.requested_institution_id
        JOIN public.user_account q ON q.id = r.requested_by
        JOIN named qu ON qu.id = r.requested_unit_id
        LEFT JOIN named w ON w.id = r.unit_id
        LEFT JOIN public.user_account d ON d.id = r.decided_by
        LEFT JOIN named du ON du.id = r.decided_unit_id
        WHERE r.id = request AND ruv.permits('accounts:approve')
          AND (r.requested_institution_id = me.institution_id OR ruv.permits('audit:read'));
END $function$;
ALTER FUNCTION ruv.account_request_face(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.account_request_face(bigint) TO ruv_app;
