-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.join_by_hold(hold bigint)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
    h public.place_hold;
BEGIN
    IF NOT ruv.permits('placements:write') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    SELECT x.* INTO h FROM public.place_hold x
    WHERE x.id = hold AND x.unit_id = me.unit_id AND x.state = 'VIGENTE' AND x.expires_at > now();
    IF h.id IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('ruv.case:' || h.case_id, 0));
    IF h.legal_basis IS NOT NULL THEN
        IF NOT EXISTS (SELECT FROM public.participation p WHERE p.case_id = h.case_id AND p.victim_id = h.victim_id
                       AND p.unit_id = me.unit_id AND p.ended_at IS NULL) THEN
            INSERT INTO public.participation (victim_id, case_id, unit_id, basis, mandate, compartments, population)
            SELECT h.victim_id, h.case_id, me.unit_id, 'MANDATO', m.code,
                   ARRAY(SELECT n.name FROM unnest(m.compartments) AS n(name)
                         WHERE h.compartments IS NULL OR n.name = ANY (h.compartments)), 1
            FROM public.mandate m WHERE m.code = 'ACOGIDA';
        END IF;
        INSERT INTO public.assignment (victim_id, case_id, unit_id, user_id, assigned_by)
        SELECT h.victim_id, h.case_id, me.unit_id, me.user_id, me.user_id
        WHERE NOT EXISTS (SELECT FROM public.assignment a WHERE a.case_id = h.case_id AND a.victim_id = h.victim_id
                          AND a.user_id = me.user_id AND a.ended_at IS NULL);
    END IF;
    RETURN (SELECT c.code FROM public.trafficking_case c WHERE c.id = h.case_id
            AND ruv.case_in_scope(c.id, c.victim_id));
END $function$;
ALTER FUNCTION ruv.join_by_hold(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.join_by_hold(bigint) TO ruv_app;
