-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.free_places(holds bigint[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    WITH over AS (UPDATE public.place_use u SET ended_at = now() WHERE u.hold_id = ANY (holds) AND u.ended_at IS NULL
                  RETURNING u.place_id)
    UPDATE public.shelter_place p SET taken = false FROM over WHERE p.id = over.place_id
$function$;
ALTER FUNCTION ruv.free_places(bigint[]) OWNER TO ruv_guard;
