-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.may_append(who bigint, unit bigint, institution bigint, victim bigint, outcome text, event text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
BEGIN
    IF json_typeof(event::json) <> 'object'
       OR coalesce(json_typeof(event::json -> 'compartments'), 'array') <> 'array' THEN
        RETURN false;  -- the log could not be read any more
    END IF;
    IF me.role = 'sign_in' THEN
        RETURN victim IS NULL;
    END IF;
    IF (coalesce(who, 0), coalesce(unit, 0), coalesce(institution, 0))
       IS DISTINCT FROM (me.user_id, me.unit_id, me.institution_id) THEN
        RETURN false;
    END IF;
    RETURN victim IS NULL OR outcome = 'denied'
        OR EXISTS (SELECT FROM public.participation p
                   WHERE p.victim_id = victim AND p.unit_id = me.unit_id AND p.ended_at IS NULL)
        OR EXISTS (SELECT FROM public.victim v
                   WHERE v.id = victim AND v.registered_at = now() AND v.registered_by = me.user_id)
        OR EXISTS (SELECT FROM public.referral r
                   WHERE r.victim_id = victim AND me.unit_id IN (r.from_unit_id, r.to_unit_id))
        OR EXISTS (SELECT FROM public.command_request c
                   WHERE victim IN (c.victim_id, c.other_id) AND me.unit_id IN (c.requested_unit_id, c.decided_unit_id));
END $function$;
ALTER FUNCTION ruv.may_append(bigint,bigint,bigint,bigint,text,text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.may_append(bigint,bigint,bigint,bigint,text,text) TO ruv_app;
