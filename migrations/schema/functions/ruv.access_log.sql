-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.access_log(victim bigint, before bigint, most integer)
 RETURNS TABLE(
     id bigint,
     at timestamp with time zone,
     action text,
     outcome text,
     role text,
     purpose text,
     compartments text[],
     unit_name text,
     digest bytea,
     mac bytea
 )
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    listed text[] := ruv.listed_of(victim);
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
    mine bigint[] := ruv.seats();
BEGIN
    IF NOT ruv.permits('victims:access-log')
       OR NOT EXISTS (SELECT FROM public.participation p WHERE p.victim_id = victim AND p.seats && mine) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        WITH RECURSIVE stay(id, since, until, hers) AS (
            SELECT v.id, '-infinity'::timestamptz, 'infinity'::timestamptz, true
            FROM public.victim v WHERE v.person_id = victim
            UNION
            SELECT m.kept_id, greatest(s.since, m.merged_at), least(s.until, m.split_at), false
            FROM public.record_merge m JOIN stay s ON s.id = m.absorbed_id
            WHERE m.split_at IS NOT NULL AND m.merged_at < s.until AND m.split_at > s.since)
        SELECT DISTINCT found.* FROM stay r
        CROSS JOIN LATERAL (
            SELECT e.id, e.at, e.action, e.outcome, body.it #>> '{actor,role}', body.it ->> 'purpose',
                   ARRAY(SELECT n FROM unnest(named.them) AS n WHERE n = ANY (listed)),
                   CASE WHEN shows OR u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT')
                        THEN u.name WHEN u.id IS NOT NULL THEN 'Centro de acogida (reservado)' END,
                   CASE WHEN body.it ->> 'victim' = r.id::text AND body.it ->> 'action' = e.action
                         AND body.it ->> 'outcome' = e.outcome
                         AND body.it #>> '{actor,unit}' = coalesce(e.unit_id, 0)::text
                        THEN sha256(e.salt || convert_to(e.event, 'UTF8')) END,
                   e.mac
            FROM public.audit_event e
            LEFT JOIN public.unit u ON u.id = e.unit_id
            CROSS JOIN LATERAL (SELECT e.event::json AS it) body
            CROSS JOIN LATERAL (SELECT ARRAY(SELECT json_array_elements_text(body.it -> 'compartments')) AS them) named
            WHERE e.victim_id = r.id AND e.at >= r.since AND e.at <= r.until AND (r.hers OR named.them <> '{}')
              AND (before IS NULL OR e.id < before)
              AND (named.them = '{}' OR 'coordination' = ANY (named.them) OR named.them && listed)
              AND (e.action NOT LIKE 'plans.%' OR 'plan' = ANY (listed))
            ORDER BY e.id DESC LIMIT most) found
        ORDER BY found.id DESC LIMIT most;
END $function$;
ALTER FUNCTION ruv.access_log(bigint,bigint,integer) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.access_log(bigint,bigint,integer) TO ruv_app;
