-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.shelter_vacancies()
 RETURNS TABLE(department text, grp text, total bigint, free bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    whole boolean := 'shelter_location' = ANY (ruv.read_in_full());
BEGIN
    IF NOT ruv.permits('shelters:read') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT s.department, p.grp, count(*), count(*) FILTER (WHERE NOT p.taken)
        FROM public.shelter s JOIN public.shelter_place p ON p.unit_id = s.unit_id AND p.withdrawn_at IS NULL
        WHERE s.active
        GROUP BY s.department, p.grp HAVING whole OR count(DISTINCT s.unit_id) >= 3
        ORDER BY s.department, p.grp;
END $function$;
ALTER FUNCTION ruv.shelter_vacancies() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.shelter_vacancies() TO ruv_app;
