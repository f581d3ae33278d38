-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.unreached_upes(cases bigint[])
 RETURNS TABLE(victim_id bigint, case_id bigint, unit_id bigint, code text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'scheduler' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT c.victim_id, c.id, near.id, c.code
        FROM public.trafficking_case c
        JOIN LATERAL (SELECT s.unit_id FROM public.placement s WHERE s.case_id = c.id AND s.victim_id = c.victim_id
                      ORDER BY s.id DESC LIMIT 1) l ON true
        JOIN public.unit house ON house.id = l.unit_id
        JOIN public.unit near ON near.kind = 'UPE' AND near.department = house.department
        WHERE c.id = ANY (cases)
          AND NOT EXISTS (SELECT FROM public.participation p JOIN public.unit u ON u.id = p.unit_id AND u.kind = 'UPE'
                          WHERE p.case_id = c.id AND p.victim_id = c.victim_id AND p.ended_at IS NULL);
END $function$;
ALTER FUNCTION ruv.unreached_upes(bigint[]) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.unreached_upes(bigint[]) TO ruv_app;
