-- Commands that take two people. Runs as ruv_owner after the table of 0004 exists.

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
GRANT SELECT ON command_request TO ruv_guard;
SET ROLE ruv_guard;

-- A record, the person it belongs to, and its code: a record is a person of its own until persons are made of several
-- (0005 redefines these three).

CREATE FUNCTION ruv.person_of_record(record bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.id FROM public.victim v WHERE v.id = record
$$;

CREATE FUNCTION ruv.code_of_record(record bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT vc.code FROM public.victim_code vc WHERE vc.victim_id = record
$$;

CREATE FUNCTION ruv.record_of_code(wanted text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT vc.victim_id FROM public.victim_code vc WHERE vc.code = wanted
$$;

-- Who may ask, see and decide ----------------------------------------------------------------------------

-- The bound actor has the case, or one of the two persons, in scope.
CREATE FUNCTION ruv.command_in_scope(victim bigint, other bigint, kase bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine bigint[] := ruv.seats();
BEGIN
    RETURN EXISTS (SELECT FROM public.participation p
                   WHERE p.victim_id IN (ruv.person_of_record(victim), ruv.person_of_record(other))
                     AND (kase IS NULL OR p.case_id = kase) AND p.seats && mine);
END $$;

-- Whoever oversees the register or its trace may be the second person, and sees codes, never a person.
CREATE FUNCTION ruv.oversees_commands() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ruv.permits('matching:steward') OR ruv.permits('audit:read');
END $$;

-- The unit that asked, and whoever could be the second person.
CREATE FUNCTION ruv.sees_command(asking_unit bigint, victim bigint, other bigint, kase bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ruv.permits('commands:request') AND asking_unit = (ruv.context()).unit_id
        OR ruv.permits('commands:approve')
           AND (ruv.oversees_commands() OR ruv.command_in_scope(victim, other, kase));
END $$;

-- A merge shows either unit the other's person, so each person is known to one of the two, without narrowing: to who
-- approves, to the unit that asked, or either oversees the register. Nobody approves a stranger into his sight.
CREATE FUNCTION ruv.both_known(asking bigint, asking_unit bigint, victim bigint, other bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine bigint[] := ruv.seats();
BEGIN
    RETURN ruv.oversees_commands()
        OR EXISTS (SELECT FROM public.user_account u JOIN public.role_grant g ON g.role = u.role
                   WHERE u.id = asking AND 'matching:steward' = ANY (g.permissions))
        OR NOT EXISTS (
            SELECT FROM unnest(ARRAY[victim, other]) AS one (record)
            WHERE NOT EXISTS (SELECT FROM public.participation p
                              WHERE p.victim_id = ruv.person_of_record(one.record) AND p.compartments IS NULL
                                AND (p.seats && mine OR p.unit_id = asking_unit AND p.ended_at IS NULL)));
END $$;

-- Discarding is asked by who could move the case; merging and splitting by who has one of the two in scope, or by the
-- custody of the register. What is named exists as such: two persons, a record of a person, a case of hers.
CREATE FUNCTION ruv.may_request(kind text, victim bigint, other bigint, kase bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT ruv.permits('commands:request') THEN
        RETURN false;
    END IF;
    IF kind = 'DESCARTE' THEN
        RETURN ruv.permits('cases:transition') AND ruv.case_in_scope(kase, victim);
    END IF;
    RETURN coalesce(ruv.person_of_record(victim) = victim, false)
        AND CASE kind WHEN 'FUSION' THEN coalesce(ruv.person_of_record(other) = other, false)
                      WHEN 'SEPARACION' THEN coalesce(ruv.person_of_record(other) = victim, false)
                      ELSE false END
        AND (ruv.permits('matching:steward') OR ruv.command_in_scope(victim, other, NULL));
END $$;

-- The record behind a code that somebody read out, for who may ask; whether it is in scope, and of which person.
CREATE FUNCTION ruv.command_subject(wanted text)
RETURNS TABLE (record_id bigint, person_id bigint, in_scope boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    record bigint;
BEGIN
    IF NOT ruv.permits('commands:request') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    record := ruv.record_of_code(wanted);
    IF record IS NOT NULL THEN
        RETURN QUERY SELECT record, ruv.person_of_record(record), ruv.command_in_scope(record, NULL, NULL);
    END IF;
END $$;

-- What a command says of units and codes: codes to whom has them in scope, asked, or oversees; a unit that houses
-- people shows only as such.
CREATE FUNCTION ruv.command_face(command bigint)
RETURNS TABLE (victim_code text, other_code text, case_code text, unit_code text, unit_name text, decided_unit_code text,
    decided_unit_name text, own_request boolean, own_unit boolean, same_institution boolean, both_known boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor := ruv.context();
    shows boolean := ruv.shows_shelters();
    every boolean := ruv.oversees_commands();
BEGIN
    RETURN QUERY
        SELECT CASE WHEN known.all_of_it OR ruv.command_in_scope(c.victim_id, NULL, c.case_id)
                    THEN ruv.code_of_record(c.victim_id) END,
               CASE WHEN known.all_of_it OR ruv.command_in_scope(c.other_id, NULL, NULL)
                    THEN ruv.code_of_record(c.other_id) END,
               CASE WHEN known.all_of_it OR ruv.command_in_scope(c.victim_id, NULL, c.case_id)
                    THEN (SELECT k.code FROM public.trafficking_case k WHERE k.id = c.case_id) END,
               CASE WHEN asking.it THEN a.code END,
               CASE WHEN asking.it THEN a.name ELSE 'Centro de acogida (reservado)' END,
               CASE WHEN deciding.it THEN d.code END,
               CASE WHEN d.id IS NULL THEN NULL WHEN deciding.it THEN d.name
                    ELSE 'Centro de acogida (reservado)' END,
               c.requested_by = me.user_id, c.requested_unit_id = me.unit_id,
               c.requested_institution_id = coalesce(c.decided_institution_id, me.institution_id),
               c.kind <> 'FUSION' OR ruv.both_known(c.requested_by, c.requested_unit_id, c.victim_id, c.other_id)
        FROM public.command_request c
        JOIN public.unit a ON a.id = c.requested_unit_id
        LEFT JOIN public.unit d ON d.id = c.decided_unit_id
        CROSS JOIN LATERAL (SELECT every OR c.requested_by = me.user_id AS all_of_it) known
        CROSS JOIN LATERAL (SELECT shows OR a.id = me.unit_id OR a.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') AS it) asking
        CROSS JOIN LATERAL (SELECT shows OR d.id = me.unit_id OR d.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') AS it) deciding
        WHERE c.id = command AND ruv.sees_command(c.requested_unit_id, c.victim_id, c.other_id, c.case_id);
END $$;

-- Agreement ----------------------------------------------------------------------------------------------

-- The command is of this kind and is being approved in this very transaction by the bound user, who is another person
-- of another unit than who asked, in time.
CREATE FUNCTION ruv.two_agreed(command bigint, kind text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor := ruv.context();
BEGIN
    RETURN EXISTS (
        SELECT FROM public.command_request c
        WHERE c.id = two_agreed.command AND c.kind = two_agreed.kind AND c.state = 'EJECUTADA'
          AND c.decided_at = now() AND c.decided_by = me.user_id AND c.decided_unit_id = me.unit_id
          AND c.requested_by <> me.user_id AND c.requested_unit_id <> me.unit_id AND c.expires_at > now());
END $$;

CREATE FUNCTION ruv.discard_agreed(kase bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.command_request c
                   WHERE c.case_id = kase AND c.decided_at = now() AND ruv.two_agreed(c.id, 'DESCARTE'))
$$;

-- Each step has its author: who asked withdraws, another person of another unit approves or refuses in time, and what
-- is overdue lapses. Runs as whoever updates: what is bound here is the application.
CREATE FUNCTION ruv.guard_command() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor;
    signed boolean;
BEGIN
    IF current_user <> 'ruv_app' THEN
        RETURN NEW;
    END IF;
    me := ruv.context();
    signed := (NEW.decided_by, NEW.decided_unit_id, NEW.decided_institution_id)
              IS NOT DISTINCT FROM (me.user_id, me.unit_id, me.institution_id);
    IF OLD.state <> 'PENDIENTE' OR NEW.version <> OLD.version + 1 OR NEW.decided_at IS DISTINCT FROM now()
       OR NOT coalesce(CASE
            WHEN NEW.state IN ('EJECUTADA', 'RECHAZADA') THEN signed AND OLD.expires_at > now()
                AND me.user_id <> OLD.requested_by AND me.unit_id <> OLD.requested_unit_id
                AND ruv.permits('commands:approve')
                AND (ruv.oversees_commands() OR ruv.command_in_scope(OLD.victim_id, OLD.other_id, OLD.case_id))
                AND (NEW.state = 'RECHAZADA' OR OLD.kind <> 'FUSION'
                     OR ruv.both_known(OLD.requested_by, OLD.requested_unit_id, OLD.victim_id, OLD.other_id))
            WHEN NEW.state = 'RETIRADA' THEN signed AND OLD.expires_at > now() AND me.user_id = OLD.requested_by
            WHEN NEW.state = 'VENCIDA' THEN OLD.expires_at <= now() AND NEW.decided_by IS NULL
                AND NEW.decided_unit_id IS NULL AND NEW.decided_institution_id IS NULL
            END, false) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

-- Discarding a case -------------------------------------------------------------------------------------------

-- Discards the case of an agreed command, in the name of who approves; says DONE, or what stands against it: the case
-- changed since it was asked (STALE), or she lives in a shelter now (HOUSED).
CREATE FUNCTION ruv.discard_case(command bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor := ruv.context();
    asked public.command_request;
    held record;
BEGIN
    IF NOT ruv.two_agreed(command, 'DESCARTE') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO asked FROM public.command_request c WHERE c.id = command;
    PERFORM pg_advisory_xact_lock(hashtextextended('ruv.case:' || asked.case_id, 0));
    SELECT c.id, c.victim_id, c.state, c.version INTO held FROM public.trafficking_case c
    WHERE c.id = asked.case_id FOR UPDATE;
    IF held.version || ':' || held.victim_id IS DISTINCT FROM asked.fingerprint
       OR held.state NOT IN ('ALERTA', 'PRESUNTA_VICTIMA') THEN
        RETURN 'STALE';
    END IF;
    IF EXISTS (SELECT FROM public.placement l WHERE l.case_id = held.id AND l.left_at IS NULL) THEN
        RETURN 'HOUSED';
    END IF;
    UPDATE public.trafficking_case c
    SET state = 'DESCARTADA', state_since = now(), closed_at = now(), version = c.version + 1
    WHERE c.id = held.id AND c.victim_id = held.victim_id;
    INSERT INTO public.case_transition (victim_id, case_id, from_state, to_state, reason, by_user_id, by_unit_id)
    VALUES (held.victim_id, held.id, held.state, 'DESCARTADA', asked.reason, me.user_id, me.unit_id);
    RETURN 'DONE';
END $$;

-- The application discards a case by an agreed command or not at all; the rest as before.
CREATE OR REPLACE FUNCTION ruv.guard_case() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_user NOT IN ('ruv_app', 'ruv_guard') THEN
        RETURN NEW;
    END IF;
    IF NEW.state IS DISTINCT FROM OLD.state AND NEW.state = 'DESCARTADA' AND NOT ruv.discard_agreed(NEW.id) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    IF current_user = 'ruv_app' AND (
        NEW.identification IS DISTINCT FROM OLD.identification AND NOT ruv.permits('cases:identify')
        OR (NEW.state, NEW.state_since, NEW.closed_at, NEW.outcome)
           IS DISTINCT FROM (OLD.state, OLD.state_since, OLD.closed_at, OLD.outcome)
           AND NOT ruv.permits('cases:transition')
        OR NEW.outcome IS DISTINCT FROM OLD.outcome
           AND NOT (coalesce('outcome' = ANY (ruv.written()), false)
                    AND EXISTS (SELECT FROM public.participation p WHERE p.victim_id = NEW.victim_id
                                AND (p.compartments IS NULL OR 'outcome' = ANY (p.compartments))))) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

-- As before, and about a person whom a command concerns that the bound unit asked for or decided.
CREATE OR REPLACE FUNCTION ruv.may_append(who bigint, unit bigint, institution bigint, victim bigint, outcome text,
    event text)
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
                   WHERE r.victim_id = victim AND me.unit_id IN (r.from_unit_id, r.to_unit_id))
        OR EXISTS (SELECT FROM public.command_request c
                   WHERE victim IN (c.victim_id, c.other_id) AND me.unit_id IN (c.requested_unit_id, c.decided_unit_id));
END $$;

-- An executed command did what it says; whoever writes the state by hand gets nothing through.
CREATE FUNCTION ruv.check_executed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.kind = 'DESCARTE' AND NOT EXISTS (
        SELECT FROM public.case_transition t WHERE t.case_id = NEW.case_id AND t.to_state = 'DESCARTADA'
        AND t.at = now()) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['person_of_record(bigint)', 'code_of_record(bigint)', 'record_of_code(text)',
        'command_in_scope(bigint, bigint, bigint)', 'oversees_commands()',
        'sees_command(bigint, bigint, bigint, bigint)', 'both_known(bigint, bigint, bigint, bigint)',
        'may_request(text, bigint, bigint, bigint)', 'command_subject(text)', 'command_face(bigint)',
        'two_agreed(bigint, text)', 'discard_agreed(bigint)', 'guard_command()', 'discard_case(bigint)',
        'check_executed()'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION ruv.%s FROM PUBLIC', f);
    END LOOP;
    FOREACH f IN ARRAY ARRAY['person_of_record(bigint)', 'command_in_scope(bigint, bigint, bigint)',
        'oversees_commands()', 'sees_command(bigint, bigint, bigint, bigint)', 'both_known(bigint, bigint, bigint, bigint)',
        'may_request(text, bigint, bigint, bigint)', 'command_subject(text)', 'command_face(bigint)', 'two_agreed(bigint, text)', 'discard_agreed(bigint)',
        'guard_command()', 'discard_case(bigint)'] LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION ruv.%s TO ruv_app', f);
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION ruv.guard_command(), ruv.check_executed() TO ruv_owner;
RESET ROLE;

CREATE TRIGGER command_request_steps BEFORE UPDATE ON command_request
    FOR EACH ROW EXECUTE FUNCTION ruv.guard_command();
CREATE CONSTRAINT TRIGGER command_request_executed AFTER UPDATE OF state ON command_request
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'EJECUTADA')
    EXECUTE FUNCTION ruv.check_executed();

SET ROLE ruv_guard;
REVOKE EXECUTE ON FUNCTION ruv.guard_command(), ruv.check_executed() FROM ruv_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

GRANT UPDATE (state, state_since, closed_at, version) ON trafficking_case TO ruv_guard;
GRANT INSERT ON case_transition TO ruv_guard;
GRANT SELECT (to_state, at) ON case_transition TO ruv_guard;

-- Reach ----------------------------------------------------------------------------------------------------

-- Not the units and people behind it: see ruv.command_face().
GRANT SELECT (id, code, kind, victim_id, other_id, case_id, reason, fingerprint, state, requested_at, expires_at, decided_at,
    refusal_reason, version), INSERT ON command_request TO ruv_app;
GRANT UPDATE (state, decided_at, decided_by, decided_unit_id, decided_institution_id, refusal_reason, version)
    ON command_request TO ruv_app;
GRANT USAGE ON SEQUENCE command_request_id_seq TO ruv_app;

ALTER TABLE command_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE command_request FORCE ROW LEVEL SECURITY;
CREATE POLICY guard ON command_request FOR SELECT TO ruv_guard USING (true);
-- What ruv.sees_command() says, written out so that a list asks what the actor is once and not once a row.
CREATE POLICY parties ON command_request FOR SELECT TO ruv_app USING (
    requested_unit_id = (SELECT (ruv.context()).unit_id) AND (SELECT ruv.permits('commands:request'))
    OR (SELECT ruv.permits('commands:approve'))
       AND ((SELECT ruv.oversees_commands())
            OR EXISTS (SELECT FROM participation p
                       WHERE p.victim_id IN (ruv.person_of_record(command_request.victim_id),
                                             ruv.person_of_record(command_request.other_id))
                         AND (command_request.case_id IS NULL OR p.case_id = command_request.case_id)))
);
CREATE POLICY request ON command_request FOR INSERT TO ruv_app WITH CHECK (
    requested_by = (SELECT (ruv.context()).user_id) AND requested_unit_id = (SELECT (ruv.context()).unit_id)
    AND requested_institution_id = (SELECT (ruv.context()).institution_id)
    AND requested_at = now() AND expires_at = now() + interval '7 days' AND state = 'PENDIENTE' AND version = 1
    AND ruv.may_request(kind, victim_id, other_id, case_id)
);
CREATE POLICY decide ON command_request FOR UPDATE TO ruv_app
    USING (state = 'PENDIENTE' AND ruv.sees_command(requested_unit_id, victim_id, other_id, case_id))
    WITH CHECK (ruv.sees_command(requested_unit_id, victim_id, other_id, case_id));
