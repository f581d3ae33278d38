-- Undoes 0023_mandates.sql: parts keep what they open, and no longer say why. What was recalled from a consulate stays
-- withdrawn, and shows again.

DROP POLICY not_refused ON referral;
DROP TRIGGER placement_ends_mandate ON placement;
DROP TRIGGER plan_ends_mandate ON plan;
DROP TRIGGER measure_goes_on ON protection_measure;
DROP TRIGGER measure_ends_mandate ON protection_measure;
DROP TRIGGER consent_event_ends_mandates ON consent_event;
DROP TRIGGER protection_step_asylum ON protection_step;
DROP TRIGGER protection_step_moved ON protection_step;
DROP TRIGGER participation_moved ON participation;
DROP TRIGGER referral_moved ON referral;

ALTER POLICY join_case ON participation WITH CHECK (
    started_at = now() AND ended_at IS NULL AND CASE basis
        WHEN 'REGISTRO' THEN unit_id = (SELECT (ruv.context()).unit_id) AND compartments IS NULL
            AND ruv.is_new_case(case_id, victim_id)
        WHEN 'DERIVACION' THEN unit_id = (SELECT (ruv.context()).unit_id)
            AND ruv.referral_accepted(referral_id, victim_id, case_id, compartments)
        WHEN 'MANDATO' THEN unit_id <> (SELECT (ruv.context()).unit_id)
            AND (SELECT ruv.permits('participations:add')) AND ruv.case_in_scope(case_id, victim_id)
            AND ruv.may_give(victim_id, compartments)
            AND (compartments IS NULL OR compartments <@ (SELECT ruv.opened())::text[])
            AND EXISTS (SELECT FROM unit u WHERE u.id = participation.unit_id
                        AND u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT'))  -- a shelter takes in whom it accepts
        ELSE false END
);

ALTER POLICY open_case ON trafficking_case WITH CHECK (
    opened_unit_id = (SELECT (ruv.context()).unit_id) AND opened_by = (SELECT (ruv.context()).user_id)
    AND opened_at = now() AND parallel_to IS NULL AND (SELECT ruv.permits('victims:register'))
    AND (ruv.is_new_victim(victim_id)
         OR EXISTS (SELECT FROM participation p WHERE p.victim_id = trafficking_case.victim_id
                    AND p.compartments IS NULL))  -- whoever registers sees all its role may: no way around a narrowed part
);

ALTER POLICY parties ON referral USING (
    (SELECT ruv.permits('referrals:read')) AND (
        to_unit_id = (SELECT (ruv.context()).unit_id)
        OR (from_unit_id = (SELECT (ruv.context()).unit_id) OR 'services' = ANY ((SELECT ruv.read_in_full())::text[]))
           AND EXISTS (SELECT FROM participation p WHERE p.victim_id = referral.victim_id
                       AND p.case_id = referral.case_id))
);

ALTER POLICY scope ON notice USING (
    unit_id = (SELECT (ruv.context()).unit_id)
    AND (user_id IS NULL OR user_id = (SELECT (ruv.context()).user_id))
    AND (NOT supervisors OR (SELECT (ruv.context()).unit_wide))
    AND (EXISTS (SELECT FROM participation p WHERE p.unit_id = (SELECT (ruv.context()).unit_id) AND p.ended_at IS NULL
                 AND p.victim_id = notice.victim_id AND p.case_id = notice.case_id)
         OR EXISTS (SELECT FROM referral r WHERE r.victim_id = notice.victim_id AND r.case_id = notice.case_id
                    AND r.code = notice.subject_code AND r.to_unit_id = (SELECT (ruv.context()).unit_id)
                    AND (r.state IN ('ENVIADA', 'VENCIDA') OR notice.kind IN ('CONSENTIMIENTO_RETIRADO', 'CONSENTIMIENTO_VENCIDO'))))
);

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;

CREATE OR REPLACE FUNCTION ruv.keep_from_consulates() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    receiver bigint;
BEGIN
    IF TG_TABLE_NAME = 'referral' THEN
        receiver := NEW.to_unit_id;
    ELSE
        receiver := NEW.unit_id;
    END IF;
    IF EXISTS (SELECT FROM public.unit u WHERE u.id = receiver AND u.kind = 'CONSULADO')
       AND (SELECT s.to_state FROM public.protection_step s
            WHERE s.victim_id = NEW.victim_id
              AND (s.to_state = 'REFUGIO_SOLICITADO' OR s.reason = 'DESISTE_REFUGIO')
            ORDER BY s.at DESC, s.id DESC LIMIT 1) = 'REFUGIO_SOLICITADO' THEN
        RAISE EXCEPTION 'kept from consulates' USING ERRCODE = 'RC001';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ruv.population_of(victim bigint) RETURNS smallint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT ruv.population_bits(victim)
    WHERE EXISTS (SELECT FROM public.trafficking_case c WHERE c.victim_id = victim
                  AND ruv.case_in_scope(c.id, c.victim_id))
       OR EXISTS (SELECT FROM public.referral r WHERE r.victim_id = victim
                  AND r.to_unit_id = (SELECT (ruv.context()).unit_id))
$$;

CREATE OR REPLACE FUNCTION ruv.narrow_view() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.given := CASE NEW.basis WHEN 'DERIVACION' THEN NEW.compartments END;
    END IF;
    IF NEW.basis = 'DERIVACION' AND NEW.given IS NOT NULL THEN
        NEW.compartments := ruv.less_objected(NEW.given, NEW.victim_id, NEW.unit_id, NEW.referral_id);
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ruv.narrow_views() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.participation p
    SET compartments = ruv.less_objected(p.given, p.victim_id, p.unit_id, p.referral_id)
    WHERE p.victim_id IN (NEW.victim_id, CASE TG_OP WHEN 'UPDATE' THEN OLD.victim_id END)
      AND p.basis = 'DERIVACION' AND p.given IS NOT NULL AND p.ended_at IS NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ruv.join_by_hold(hold bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
            INSERT INTO public.participation (victim_id, case_id, unit_id, basis, compartments, population)
            VALUES (h.victim_id, h.case_id, me.unit_id, 'MANDATO', h.compartments, 1);
        END IF;
        INSERT INTO public.assignment (victim_id, case_id, unit_id, user_id, assigned_by)
        SELECT h.victim_id, h.case_id, me.unit_id, me.user_id, me.user_id
        WHERE NOT EXISTS (SELECT FROM public.assignment a WHERE a.case_id = h.case_id AND a.victim_id = h.victim_id
                          AND a.user_id = me.user_id AND a.ended_at IS NULL);
    END IF;
    RETURN (SELECT c.code FROM public.trafficking_case c WHERE c.id = h.case_id
            AND ruv.case_in_scope(c.id, c.victim_id));
END $$;

DROP FUNCTION ruv.case_participants(bigint);
CREATE FUNCTION ruv.case_participants(kase bigint)
RETURNS TABLE (unit_id bigint, unit_code text, unit_name text, basis text, started_at timestamptz, ended_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    shows_shelters boolean := ruv.shows_shelters();
BEGIN
    RETURN QUERY
        SELECT CASE WHEN visible.it THEN u.id END, CASE WHEN visible.it THEN u.code END,
               CASE WHEN visible.it THEN u.name ELSE 'Centro de acogida (reservado)' END,
               p.basis, p.started_at, p.ended_at
        FROM public.participation p
        JOIN public.trafficking_case c ON c.id = p.case_id AND c.victim_id = p.victim_id
        JOIN public.unit u ON u.id = p.unit_id
        CROSS JOIN LATERAL (SELECT u.kind NOT IN ('CAR', 'ALBERGUE', 'HRT') OR shows_shelters
                                   OR u.id = (SELECT (ruv.context()).unit_id) AS it) visible
        WHERE p.case_id = kase AND ruv.case_in_scope(p.case_id, p.victim_id)
        ORDER BY p.started_at, p.id;
END $$;

REVOKE ALL ON FUNCTION ruv.case_participants(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ruv.case_participants(bigint) TO ruv_app, ruv_guard;
DROP FUNCTION ruv.mandate_bars(text, bigint, bigint, bigint, text[], bigint, bigint),
    ruv.refused_parts(bigint, bigint, bigint, text[]), ruv.referral_refused(text, bigint, bigint, bigint, text[]),
    ruv.presumed_child(bigint, bigint),
    ruv.end_with_stay(), ruv.end_stay_mandates(bigint, bigint, bigint), ruv.end_with_measure(), ruv.end_with_consent(), ruv.other_shares(bigint),
    ruv.protection_officers(bigint), ruv.part_from_consulates(), ruv.recall_from_consulates(bigint),
    ruv.seeks_asylum(bigint), ruv.end_parts(bigint[], boolean);
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

REVOKE SELECT (case_id) ON protection_measure FROM ruv_guard;
REVOKE SELECT (state) ON plan FROM ruv_guard;
-- Of two parts by mandate of one unit the first stays.
ALTER TABLE participation NO FORCE ROW LEVEL SECURITY;
UPDATE participation p SET ended_at = now()
WHERE p.ended_at IS NULL AND p.basis = 'MANDATO' AND EXISTS (
    SELECT FROM participation o WHERE o.case_id = p.case_id AND o.victim_id = p.victim_id AND o.unit_id = p.unit_id
    AND o.basis = 'MANDATO' AND o.ended_at IS NULL AND o.id < p.id);
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE participation FORCE ROW LEVEL SECURITY;
DROP INDEX uq_participation_open;
CREATE UNIQUE INDEX uq_participation_open ON participation (case_id, victim_id, unit_id, basis)
    WHERE ended_at IS NULL AND basis <> 'DERIVACION';
ALTER TABLE referral DROP COLUMN recalled;
ALTER TABLE participation DROP COLUMN mandate, DROP COLUMN sealed, DROP COLUMN key_version, DROP COLUMN consent_id,
    DROP COLUMN measure_id;
DROP TABLE mandate;
