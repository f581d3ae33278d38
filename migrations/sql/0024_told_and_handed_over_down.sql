-- Takes back 0024_told_and_handed_over.sql; plans stay with the units they went to.
DROP TRIGGER place_hold_told ON place_hold;
DROP TRIGGER placement_plan ON placement;
DROP TRIGGER participation_plan ON participation;
DROP TRIGGER plan_seen ON plan;
ALTER POLICY scope ON notice USING (
    unit_id = (SELECT (ruv.context()).unit_id)
    AND (user_id IS NULL OR user_id = (SELECT (ruv.context()).user_id))
    AND (NOT supervisors OR (SELECT (ruv.context()).unit_wide))
    AND (EXISTS (SELECT FROM participation p WHERE p.unit_id = (SELECT (ruv.context()).unit_id) AND p.ended_at IS NULL
                 AND p.victim_id = notice.victim_id AND p.case_id = notice.case_id)
         OR EXISTS (SELECT FROM referral r WHERE r.victim_id = notice.victim_id AND r.case_id = notice.case_id
                    AND r.code = notice.subject_code AND r.to_unit_id = (SELECT (ruv.context()).unit_id)
                    AND (r.state IN ('ENVIADA', 'VENCIDA') OR notice.kind IN ('CONSENTIMIENTO_RETIRADO', 'CONSENTIMIENTO_VENCIDO')))
         OR kind = 'TRASLADO'
         OR kind = 'INCORPORACION_POR_MANDATO' AND user_id = (SELECT (ruv.context()).user_id)
            AND (SELECT ruv.permits('audit:read')))
);
ALTER POLICY tell ON notice WITH CHECK (
    created_at = now() AND read_at IS NULL AND read_by IS NULL
    AND ((SELECT (ruv.context()).role) = 'scheduler'
         OR ruv.case_in_scope(case_id, victim_id)
         OR EXISTS (SELECT FROM referral r WHERE r.victim_id = notice.victim_id AND r.case_id = notice.case_id
                    AND r.code = notice.subject_code
                    AND (SELECT (ruv.context()).unit_id) IN (r.from_unit_id, r.to_unit_id)))
);
GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
CREATE OR REPLACE FUNCTION ruv.end_clocks(subject text, subject_row bigint, wanted text, reached text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own bigint := (ruv.context()).unit_id;
BEGIN
    IF reached NOT IN ('CUMPLIDO', 'ANULADO') THEN
        RAISE EXCEPTION 'not a state a clock ends in' USING ERRCODE = '22023';
    END IF;
    UPDATE public.clock c SET state = reached, next_at = NULL, met_at = CASE reached WHEN 'CUMPLIDO' THEN now() END
    WHERE c.subject_table = subject AND c.row_id = subject_row AND (wanted IS NULL OR c.kind = wanted)
      AND c.state IN ('CORRIENDO', 'VENCIDO')
      AND (c.effect IS NULL OR ruv.effect_due(c.subject_table, c.row_id, c.victim_id) IS NULL)
      AND (c.unit_id = own OR ruv.may_time(c.case_id, c.victim_id));
END $$;
CREATE OR REPLACE FUNCTION ruv.pass_clocks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    heir bigint := (SELECT p.unit_id FROM public.participation p
                    WHERE p.case_id = NEW.case_id AND p.victim_id = NEW.victim_id AND p.ended_at IS NULL
                    ORDER BY p.unit_id <> NEW.unit_id, p.compartments IS NOT NULL, p.started_at, p.id LIMIT 1);
BEGIN
    UPDATE public.clock c SET unit_id = heir, user_id = NULL
    WHERE c.case_id = NEW.case_id AND c.victim_id = NEW.victim_id AND c.unit_id = NEW.unit_id AND heir <> NEW.unit_id
      AND c.subject_table NOT IN ('referral', 'place_hold') AND c.state IN ('CORRIENDO', 'VENCIDO');
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION ruv.narrow_view() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.given := CASE WHEN NEW.basis = 'DERIVACION'
            OR EXISTS (SELECT FROM public.mandate m WHERE m.code = NEW.mandate AND NOT m.overrides)
            THEN NEW.compartments END;
    END IF;
    IF NEW.given IS NOT NULL THEN
        NEW.compartments := ruv.less_objected(NEW.given, NEW.victim_id, NEW.unit_id, NEW.referral_id);
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION ruv.settle_persons(persons bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    person bigint;
BEGIN
    UPDATE public.profile f SET victim_id = f.record_id, record_id = NULL
    WHERE f.record_id IS NOT NULL
      AND f.victim_id IN (SELECT v.id FROM public.victim v WHERE v.person_id = ANY (persons));
    FOREACH person IN ARRAY persons LOOP
        IF NOT EXISTS (SELECT FROM public.profile f WHERE f.victim_id = person) THEN
            UPDATE public.profile f SET record_id = f.victim_id, victim_id = person
            WHERE f.victim_id = (SELECT h.record_id FROM public.compartment_head h
                                 WHERE h.victim_id = person AND h.compartment = 'identity'
                                 ORDER BY h.updated_at DESC, h.record_id DESC LIMIT 1);
        END IF;
        PERFORM ruv.arrange_cases(person);
        UPDATE public.participation p SET population = ruv.population_bits(person), seats = NULL  -- set_seats() fills it
        WHERE p.victim_id = person;
    END LOOP;
END $$;
CREATE OR REPLACE FUNCTION ruv.narrow_views() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.participation p
    SET compartments = ruv.less_objected(p.given, p.victim_id, p.unit_id, p.referral_id)
    WHERE p.victim_id IN (NEW.victim_id, CASE TG_OP WHEN 'UPDATE' THEN OLD.victim_id END)
      AND p.given IS NOT NULL AND p.ended_at IS NULL;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION ruv.end_shares(consent bigint, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    share record;
BEGIN
    FOR share IN SELECT r.* FROM public.referral r
                 WHERE r.consent_id = consent
                   AND r.state IN ('ENVIADA', 'ACEPTADA', 'ACEPTADA_CON_CONDICIONES', 'EN_CURSO')
                 ORDER BY r.id FOR UPDATE LOOP
        IF share.state <> 'ENVIADA' AND (
            EXISTS (SELECT FROM public.placement l WHERE l.case_id = share.case_id AND l.victim_id = share.victim_id
                    AND l.unit_id = share.to_unit_id AND l.left_at IS NULL)
            OR NOT EXISTS (SELECT FROM public.participation p WHERE p.case_id = share.case_id
                           AND p.victim_id = share.victim_id AND p.ended_at IS NULL
                           AND p.referral_id IS DISTINCT FROM share.id)) THEN
            UPDATE public.referral r SET legal_basis = 'INTERES_VITAL', version = r.version + 1
            WHERE r.id = share.id AND r.victim_id = share.victim_id;
            CONTINUE;
        END IF;
        UPDATE public.referral r
        SET state = CASE share.state WHEN 'ENVIADA' THEN 'RETIRADA' ELSE 'INTERRUMPIDA' END, ended_at = now(),
            result = why, version = r.version + 1
        WHERE r.id = share.id AND r.victim_id = share.victim_id;
        UPDATE public.clock k SET state = 'ANULADO', next_at = NULL
        WHERE k.subject_table = 'referral' AND k.row_id = share.id AND k.state IN ('CORRIENDO', 'VENCIDO');
        PERFORM ruv.close_view(share.id);
    END LOOP;
END $$;
DROP FUNCTION ruv.narrow_person(bigint), ruv.mend_plans(), ruv.orphan_plans(), ruv.order_plan(bigint, bigint, bigint, bigint, text), ruv.plan_takers(bigint, bigint),
    ruv.may_order_plan(bigint, bigint), ruv.keep_plan_seen(), ruv.leave_plan(), ruv.bring_plan(),
    ruv.pass_plan(bigint, bigint, bigint, bigint, text, text), ruv.plan_heir(bigint, bigint, bigint),
    ruv.plan_person(bigint, bigint, bigint), ruv.given_plan(bigint, bigint, bigint), ruv.unacknowledged(bigint),
    ruv.keeps_hold(text, bigint), ruv.tell_of_hold(), ruv.tell(text, bigint, text, bigint, bigint, bigint),
    ruv.acting_unit(), ruv.new_code(text);
GRANT EXECUTE ON FUNCTION ruv.narrow_view(), ruv.narrow_views() TO ruv_owner;
RESET ROLE;
DROP TRIGGER participation_narrowed ON participation;
CREATE TRIGGER participation_narrowed BEFORE INSERT OR UPDATE OF victim_id ON participation
    FOR EACH ROW EXECUTE FUNCTION ruv.narrow_view();
DROP TRIGGER objection_narrows ON objection;
CREATE TRIGGER objection_narrows AFTER INSERT OR UPDATE OF victim_id, lifted_at ON objection
    FOR EACH ROW EXECUTE FUNCTION ruv.narrow_views();
SET ROLE ruv_guard;
REVOKE EXECUTE ON FUNCTION ruv.narrow_view(), ruv.narrow_views() FROM ruv_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
DROP POLICY guard ON plan_follow_up;
DROP POLICY guard ON plan_team;
DROP POLICY guard ON notice;
CREATE POLICY told ON notice FOR INSERT TO ruv_guard WITH CHECK (true);
REVOKE SELECT, UPDATE (read_at, read_by) ON notice FROM ruv_guard;
REVOKE SELECT (code, kind, version), UPDATE (unit_id, responsible_user_id) ON plan FROM ruv_guard;
REVOKE SELECT (code), UPDATE (unit_id) ON plan_activity FROM ruv_guard;
REVOKE SELECT (victim_id, plan_id, user_id, ended_at), UPDATE (ended_at) ON plan_team FROM ruv_guard;
REVOKE SELECT (id, victim_id, plan_id) ON plan_follow_up FROM ruv_guard;
DROP TABLE plan_handover;
ALTER TABLE notice DROP COLUMN by_unit_id;
