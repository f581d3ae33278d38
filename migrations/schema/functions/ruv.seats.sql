-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.seats()
 RETURNS bigint[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
    s bigint := CASE WHEN me.unit_wide THEN me.unit_id * 16 ELSE me.user_id * 16 END;
    side bigint := CASE WHEN me.unit_wide THEN 1 ELSE -1 END;
BEGIN
    -- The sets of bits (always with 1) that hold the population the role may see.
    RETURN CASE (SELECT g.population FROM public.role_grant g WHERE g.role = me.role)
        WHEN 1 THEN ARRAY[side * (s + 1), side * (s + 3), side * (s + 5), side * (s + 7)]
        WHEN 2 THEN ARRAY[side * (s + 3), side * (s + 7)]
        WHEN 4 THEN ARRAY[side * (s + 5), side * (s + 7)] END;
END $function$;
ALTER FUNCTION ruv.seats() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.seats() TO ruv_app;
