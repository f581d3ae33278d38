-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.candidate_sides(candidates bigint[])
 RETURNS TABLE(
     candidate_id bigint, record_id bigint, person_id bigint, code text, unit_name text, in_scope boolean
 )
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    shows boolean := ruv.shows_shelters();
    own bigint := (ruv.context()).unit_id;
BEGIN
    RETURN QUERY
        SELECT m.id, v.id, p.id, vc.code,
               CASE WHEN shows OR u.id = own OR u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT')
                    THEN u.name ELSE 'Centro de acogida (reservado)' END,
               ruv.record_in_scope(v.id)
        FROM public.match_candidate m
        CROSS JOIN LATERAL (VALUES (m.victim_id), (m.other_id)) AS side(record)
        JOIN public.victim v ON v.id = side.record
        JOIN public.victim p ON p.id = v.person_id
        JOIN public.victim_code vc ON vc.victim_id = p.id AND vc.record_id = p.id
        JOIN public.unit u ON u.id = v.registered_unit_id
        WHERE m.id = ANY (candidates) AND ruv.may_review(m.id)
        ORDER BY m.id, v.id;
END $function$;
ALTER FUNCTION ruv.candidate_sides(bigint[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.candidate_sides(bigint[]) TO ruv_app;
