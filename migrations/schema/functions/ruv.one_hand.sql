-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.one_hand(one bigint, other bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    WITH made AS (
        SELECT r.account_id, r.requested_by, r.decided_by FROM public.account_request r
        WHERE r.account_id IN (one, other) AND r.state = 'EJECUTADA' AND r.kind IN ('ALTA', 'CLAVE', 'ACTIVACION')
          AND r.decided_at > now() - interval '90 days')
    SELECT one = other
        OR EXISTS (SELECT FROM made m WHERE m.account_id = one AND other IN (m.requested_by, m.decided_by)
                                         OR m.account_id = other AND one IN (m.requested_by, m.decided_by))
        OR EXISTS (SELECT FROM made a JOIN made b ON b.requested_by = a.requested_by
                   WHERE a.account_id = one AND b.account_id = other)
$function$;
ALTER FUNCTION ruv.one_hand(bigint,bigint) OWNER TO ruv_guard;
