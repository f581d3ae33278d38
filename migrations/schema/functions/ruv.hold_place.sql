-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.hold_place(
    hold bigint,
    hold_code text,
    kase bigint,
    wanted_department text,
    wanted text,
    wanted_unit bigint,
    expires timestamp with time zone,
    basis text
)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
    person bigint := (SELECT c.victim_id FROM public.trafficking_case c WHERE c.id = kase);
    shows boolean := ruv.shows_shelters();
    place bigint;
    given text[];
BEGIN
    IF NOT ruv.permits('shelters:read') OR NOT coalesce(ruv.case_in_scope(kase, person), false)
       OR wanted_unit IS NOT NULL AND NOT shows OR basis IS NOT NULL AND NOT ruv.permits('participations:add')
       OR expires > now() + interval '7 days' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    place := ruv.seize_place(
        ARRAY(SELECT s.unit_id FROM public.shelter s
              WHERE s.active AND s.unit_id <> me.unit_id AND (wanted_unit IS NULL OR s.unit_id = wanted_unit)
                AND (wanted_department IS NULL OR s.department = wanted_department)), wanted, NULL, hold);
    IF place IS NULL THEN
        RETURN false;
    END IF;
    IF NOT EXISTS (SELECT FROM public.participation p WHERE p.case_id = kase AND p.victim_id = person
                   AND p.unit_id = me.unit_id AND p.ended_at IS NULL AND p.compartments IS NULL) THEN
        given := ARRAY(SELECT DISTINCT unnest(p.compartments) FROM public.participation p
                       WHERE p.case_id = kase AND p.victim_id = person AND p.unit_id = me.unit_id AND p.ended_at IS NULL);
    END IF;
    INSERT INTO public.place_hold (id, victim_id, case_id, code, unit_id, department, grp, requested_unit_id,
        requested_by, from_placement_id, legal_basis, compartments, expires_at)
    SELECT hold, person, kase, hold_code, p.unit_id, s.department, p.grp, me.unit_id, me.user_id,
        (SELECT l.id FROM public.placement l WHERE l.case_id = kase AND l.victim_id = person AND l.left_at IS NULL
         AND (l.unit_id = me.unit_id OR shows AND 'shelter_location' = ANY (ruv.read_in_full()))),
        basis, given, expires
    FROM public.shelter_place p JOIN public.shelter s ON s.unit_id = p.unit_id WHERE p.id = place;
    RETURN true;
END $function$;
ALTER FUNCTION ruv.hold_place(bigint,text,bigint,text,text,bigint,timestamp with time zone,text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.hold_place(
    bigint,text,bigint,text,text,bigint,timestamp with time zone,text
) TO ruv_app;
