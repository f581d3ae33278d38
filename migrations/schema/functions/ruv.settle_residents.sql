-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.settle_residents()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    l record;
    place bigint;
BEGIN
    FOR l IN SELECT o.id, o.victim_id, o.unit_id FROM public.placement o
             WHERE o.unit_id IN (SELECT a.unit_id FROM added a) AND o.left_at IS NULL
               AND o.actual_place = 'CENTRO_DE_ACOGIDA'
               AND NOT EXISTS (SELECT FROM public.place_use u WHERE u.placement_id = o.id AND u.ended_at IS NULL)
             ORDER BY o.id LOOP
        place := ruv.seize_place(ARRAY[l.unit_id], NULL, l.id, NULL);
        IF place IS NULL THEN
            RAISE EXCEPTION 'fewer places than residents' USING ERRCODE = 'RS003';
        END IF;
        UPDATE public.placement o SET grp = (SELECT p.grp FROM public.shelter_place p WHERE p.id = place)
        WHERE o.id = l.id AND o.victim_id = l.victim_id;
    END LOOP;
    RETURN NULL;
END $function$;
ALTER FUNCTION ruv.settle_residents() OWNER TO ruv_guard;
