-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.step_activity(
    activity bigint,
    victim bigint,
    expected bigint,
    note bigint,
    from_state text,
    to_state text,
    from_due date,
    to_due date,
    sealed bytea,
    key_version bigint,
    clock_ends text,
    clock_due timestamp with time zone,
    clock_remind timestamp with time zone,
    clock_escalate timestamp with time zone
)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
    mine bigint[] := ruv.seats();
    of_plan bigint;
    of_case bigint;
BEGIN
    UPDATE public.plan_activity a
    SET state = to_state, due_on = coalesce(to_due, a.due_on), updated_at = now(), version = a.version + 1
    FROM public.plan l, public.role_grant g
    WHERE a.id = activity AND a.victim_id = victim AND a.version = expected AND a.state = from_state
      AND l.id = a.plan_id AND l.victim_id = a.victim_id
      AND g.role = me.role AND 'plan' = ANY (g.written) AND 'plan' = ANY (g.opened)
      AND me.unit_id IN (a.unit_id, l.unit_id)
      AND EXISTS (SELECT FROM public.participation p WHERE p.victim_id = a.victim_id AND p.seats && mine
                  AND (p.compartments IS NULL OR 'plan' = ANY (p.compartments)))
    RETURNING l.id, l.case_id INTO of_plan, of_case;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO public.progress_note (id, victim_id, plan_id, activity_id, from_state, to_state, from_due, to_due,
        sealed, key_version, by_user_id, by_unit_id)
    VALUES (note, victim, of_plan, activity, from_state, to_state, from_due, to_due, sealed, key_version, me.user_id,
        me.unit_id);
    UPDATE public.participation p SET last_activity = now()
    WHERE p.victim_id = victim AND p.case_id = of_case AND p.unit_id = me.unit_id AND p.seats && mine;
    UPDATE public.assignment a SET last_activity = now()
    WHERE a.victim_id = victim AND a.case_id = of_case AND a.user_id = me.user_id AND a.unit_id = me.unit_id
      AND a.ended_at IS NULL;
    IF clock_ends IS NOT NULL THEN
        PERFORM ruv.end_clocks('plan_activity', activity, 'ACTIVIDAD', clock_ends);
    ELSIF clock_due IS NOT NULL THEN
        PERFORM ruv.move_clock('plan_activity', activity, 'ACTIVIDAD', clock_due, clock_remind, clock_escalate);
    END IF;
    RETURN true;
END $function$;
ALTER FUNCTION ruv.step_activity(bigint,bigint,bigint,bigint,text,text,date,date,bytea,bigint,text,timestamp with time zone,timestamp with time zone,timestamp with time zone) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.step_activity(
    bigint,
    bigint,
    bigint,
    bigint,
    text,
    text,
    date,
    date,
    bytea,
    bigint,
    text,
    timestamp with time zone,
    timestamp with time zone,
    timestamp with time zone
) TO ruv_app;
