-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.seize_place(units bigint[], wanted text, placement bigint, hold bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    found bigint;
    over bigint[];
BEGIN
    FOR attempt IN 1 .. 2 LOOP
        WITH place AS (
            UPDATE public.shelter_place p SET taken = true
            WHERE p.id = (SELECT f.id FROM public.shelter_place f JOIN public.shelter s ON s.unit_id = f.unit_id
                          WHERE f.unit_id = ANY (units) AND (wanted IS NULL OR f.grp = wanted)
                            AND NOT f.taken AND f.withdrawn_at IS NULL AND s.active
                          ORDER BY f.number, f.unit_id, f.id LIMIT 1 FOR UPDATE OF f SKIP LOCKED)
            RETURNING p.id)
        INSERT INTO public.place_use (place_id, placement_id, hold_id) SELECT place.id, placement, hold FROM place
        RETURNING place_id INTO found;
        EXIT WHEN found IS NOT NULL OR attempt = 2;
        -- Before saying no: a hold whose time is over holds nothing, whether or not its clock went off.
        over := ARRAY(SELECT h.id FROM public.place_hold h
                      WHERE h.unit_id = ANY (units) AND h.state = 'VIGENTE' AND h.expires_at <= now()
                      FOR UPDATE SKIP LOCKED);
        EXIT WHEN cardinality(over) = 0;
        PERFORM ruv.expire_holds(over);
    END LOOP;
    RETURN found;
END $function$;
ALTER FUNCTION ruv.seize_place(bigint[],text,bigint,bigint) OWNER TO ruv_guard;
