-- Takes back 0025_exits.sql.
ALTER POLICY append ON objection WITH CHECK (
    (SELECT ruv.permits('consents:write')) AND unit_id = (SELECT (ruv.context()).unit_id)
    AND made_by = (SELECT (ruv.context()).user_id) AND made_at = now() AND lifted_at IS NULL
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = objection.victim_id AND p.case_id = objection.case_id)
);
ALTER POLICY scope ON notice USING (
    unit_id = (SELECT (ruv.context()).unit_id)
    AND (user_id IS NULL OR user_id = (SELECT (ruv.context()).user_id))
    AND (NOT supervisors OR (SELECT (ruv.context()).unit_wide))
    AND (EXISTS (SELECT FROM participation p WHERE p.unit_id = (SELECT (ruv.context()).unit_id) AND p.ended_at IS NULL
                 AND p.victim_id = notice.victim_id AND p.case_id = notice.case_id)
         OR EXISTS (SELECT FROM referral r WHERE r.victim_id = notice.victim_id AND r.case_id = notice.case_id
                    AND r.code = notice.subject_code AND r.to_unit_id = (SELECT (ruv.context()).unit_id)
                    AND (r.state IN ('ENVIADA', 'VENCIDA') OR notice.kind IN (
                        'CONSENTIMIENTO_RETIRADO', 'CONSENTIMIENTO_VENCIDO', 'DERIVACION_TERMINADA')))
         OR kind = 'TRASLADO'
         OR kind = 'INCORPORACION_POR_MANDATO' AND user_id = (SELECT (ruv.context()).user_id)
            AND (SELECT ruv.permits('audit:read'))
         OR kind IN ('CUPO_RESERVADO', 'CUPO_LIBERADO', 'CUPO_VENCIDO') AND ruv.keeps_hold(subject_code, victim_id))
);
DROP POLICY guard ON suitability_check;
REVOKE SELECT (id, victim_id, placement_id, result) ON suitability_check FROM ruv_guard;
REVOKE SELECT (type, unit_id) ON protection_measure FROM ruv_guard;
REVOKE SELECT (branch, state, conclusion) ON protection_procedure FROM ruv_guard;
REVOKE UPDATE (outcome) ON trafficking_case FROM ruv_guard;
DROP TRIGGER profile_childhood ON profile;
DROP TRIGGER placement_exit ON placement;
DROP TRIGGER placement_lost ON placement;
DROP TRIGGER placement_found ON placement;

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
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

CREATE OR REPLACE FUNCTION ruv.may_request(kind text, victim bigint, other bigint, kase bigint) RETURNS boolean
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

CREATE OR REPLACE FUNCTION ruv.check_executed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT (CASE NEW.kind
        WHEN 'DESCARTE' THEN EXISTS (SELECT FROM public.case_transition t
                                     WHERE t.case_id = NEW.case_id AND t.to_state = 'DESCARTADA' AND t.at = now())
        WHEN 'FUSION' THEN EXISTS (SELECT FROM public.record_merge m WHERE m.command_id = NEW.id)
        ELSE EXISTS (SELECT FROM public.record_merge m WHERE m.split_command_id = NEW.id) END) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

DROP FUNCTION ruv.await_arrival(bigint[], interval, interval, interval), ruv.unreached_upes(bigint[]);
DROP FUNCTION ruv.close_case(bigint), ruv.close_agreed(bigint, text), ruv.guard_exit(), ruv.lose_child(), ruv.find_child(),
    ruv.guard_childhood(), ruv.ends_childhood(bigint, integer, integer), ruv.exit_grounds(bigint), ruv.counted_as_child(bigint, bigint, date), ruv.lima_day(timestamptz);
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

-- A closing that was asked for is no kind of the older schema.
ALTER TABLE command_request NO FORCE ROW LEVEL SECURITY;
DELETE FROM command_request WHERE kind = 'CIERRE';
ALTER TABLE command_request FORCE ROW LEVEL SECURITY;
ALTER TABLE command_request DROP CONSTRAINT ck_command_request_kind;
ALTER TABLE command_request ADD CONSTRAINT ck_command_request_kind CHECK (kind IN ('FUSION', 'SEPARACION', 'DESCARTE'));
ALTER TABLE command_request DROP CONSTRAINT ck_command_request_subject;
ALTER TABLE command_request ADD CONSTRAINT ck_command_request_subject CHECK (
    (kind = 'DESCARTE') = (case_id IS NOT NULL) AND (kind = 'DESCARTE') = (other_id IS NULL)
    AND coalesce(other_id <> victim_id, true));
