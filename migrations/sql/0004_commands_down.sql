-- Takes back 0004_commands.sql before the table is dropped.
DROP TRIGGER command_request_steps ON command_request;
DROP TRIGGER command_request_executed ON command_request;
DO $$
DECLARE
    p record;
BEGIN
    FOR p IN SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND tablename = 'command_request' LOOP
        EXECUTE format('DROP POLICY %I ON public.command_request', p.policyname);
    END LOOP;
END $$;
REVOKE UPDATE (state, state_since, closed_at, version) ON trafficking_case FROM ruv_guard;
REVOKE INSERT ON case_transition FROM ruv_guard;
REVOKE SELECT (to_state, at) ON case_transition FROM ruv_guard;
GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
CREATE OR REPLACE FUNCTION ruv.guard_case() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_user = 'ruv_app' AND (
        NEW.identification IS DISTINCT FROM OLD.identification AND NOT ruv.permits('cases:identify')
        OR (NEW.state, NEW.state_since, NEW.closed_at, NEW.outcome)
           IS DISTINCT FROM (OLD.state, OLD.state_since, OLD.closed_at, OLD.outcome)
           AND NOT ruv.permits('cases:transition')
        OR NEW.state IS DISTINCT FROM OLD.state AND NEW.state = 'DESCARTADA'
        OR NEW.outcome IS DISTINCT FROM OLD.outcome
           AND NOT (coalesce('outcome' = ANY (ruv.written()), false)
                    AND EXISTS (SELECT FROM public.participation p WHERE p.victim_id = NEW.victim_id
                                AND (p.compartments IS NULL OR 'outcome' = ANY (p.compartments))))) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ruv.may_append(who bigint, unit bigint, institution bigint, victim bigint, outcome text, event text)
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
                   WHERE r.victim_id = victim AND me.unit_id IN (r.from_unit_id, r.to_unit_id));
END $$;

DROP FUNCTION ruv.person_of_record(bigint), ruv.code_of_record(bigint), ruv.record_of_code(text),
    ruv.command_in_scope(bigint, bigint, bigint), ruv.oversees_commands(),
    ruv.both_known(bigint, bigint, bigint, bigint),
    ruv.sees_command(bigint, bigint, bigint, bigint), ruv.may_request(text, bigint, bigint, bigint),
    ruv.command_subject(text), ruv.command_face(bigint), ruv.two_agreed(bigint, text), ruv.discard_agreed(bigint),
    ruv.guard_command(), ruv.discard_case(bigint), ruv.check_executed();
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
