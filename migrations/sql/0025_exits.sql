-- How a child leaves a stay, and how her case ends. Runs as ruv_owner.
--
-- No child leaves without the condition of the reason, checked against the record; one who is missing makes her case
-- say so in the same statement, and it does not close until she is found. A child's case, and any case as not found,
-- is closed by two people of two units.

ALTER TABLE command_request DROP CONSTRAINT ck_command_request_kind;
ALTER TABLE command_request ADD CONSTRAINT ck_command_request_kind
    CHECK (kind IN ('FUSION', 'SEPARACION', 'DESCARTE', 'CIERRE'));
ALTER TABLE command_request DROP CONSTRAINT ck_command_request_subject;
ALTER TABLE command_request ADD CONSTRAINT ck_command_request_subject CHECK (
    (kind IN ('DESCARTE', 'CIERRE')) = (case_id IS NOT NULL) AND (kind IN ('DESCARTE', 'CIERRE')) = (other_id IS NULL)
    AND coalesce(other_id <> victim_id, true));

GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;

-- Whether the person of a case counts as a child on a day: as the application's `presumed_child`, so that only a lower
-- bound of 18 makes an adult. Of a case that is neither in scope nor being decided by two nothing is told: a child.
CREATE FUNCTION ruv.counted_as_child(victim bigint, kase bigint, day date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((
        SELECT coalesce(f.age_min, f.age_years)
               + greatest(0, extract(year FROM age(day::timestamp, c.first_identified_on::timestamp))::int) < 18
        FROM public.profile f JOIN public.trafficking_case c ON c.victim_id = f.victim_id
        WHERE f.victim_id = victim AND c.id = kase
          AND (ruv.case_in_scope(kase, victim)
               OR EXISTS (SELECT FROM public.command_request r
                          WHERE r.case_id = kase AND r.decided_at = now() AND ruv.two_agreed(r.id, r.kind)))), true)
$$;

CREATE FUNCTION ruv.lima_day(moment timestamptz) RETURNS date
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT (moment AT TIME ZONE 'America/Lima')::date
$$;

-- Whether another least age stated makes an adult of who counts as a child: by what is stated, or today in a case of hers.
-- In doubt she is a child.
CREATE FUNCTION ruv.ends_childhood(victim bigint, before integer, after integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(bool_or(coalesce(before + p.years, 0) < 18 AND after + p.years >= 18), false)
    FROM (SELECT 0 AS years
          UNION ALL
          SELECT greatest(0, extract(year FROM age(ruv.lima_day(now())::timestamp, c.first_identified_on::timestamp))::int)
          FROM public.trafficking_case c WHERE c.victim_id = victim
            AND EXISTS (SELECT FROM public.participation m WHERE m.victim_id = victim
                        AND m.unit_id = (SELECT (ruv.context()).unit_id))) p
$$;

-- Who counts as a child is no adult by one unit's word: the UPE records it. At registration nobody counted her yet.
CREATE FUNCTION ruv.guard_childhood() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Who is being registered at this moment is asked first: of all that are imported nothing else need be.
    IF current_user = 'ruv_app'
       AND NOT ruv.is_new_victim(NEW.victim_id)
       AND ruv.ends_childhood(NEW.victim_id, coalesce(OLD.age_min, OLD.age_years), coalesce(NEW.age_min, NEW.age_years))
       AND NOT EXISTS (SELECT FROM public.unit u WHERE u.id = (SELECT (ruv.context()).unit_id) AND u.kind = 'UPE') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

-- What the record says for an exit of a stay: a place at another shelter, what the UPE resolved of a family, who sees
-- to a return, and whether the adult last checked is fit.
CREATE FUNCTION ruv.exit_grounds(stay bigint)
RETURNS TABLE (destination boolean, own_family boolean, other_family boolean, returns boolean, fit boolean, child boolean,
    may_be_of_age boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH l AS (SELECT * FROM public.placement p WHERE p.id = stay AND ruv.case_in_scope(p.case_id, p.victim_id)),
    -- Steps and measures count where a UPE wrote them.
    route AS (
        SELECT r.state, r.conclusion FROM l JOIN public.protection_procedure r
            ON r.case_id = l.case_id AND r.victim_id = l.victim_id AND r.branch = 'NNA'
        WHERE (SELECT u.kind FROM public.protection_step s JOIN public.unit u ON u.id = s.by_unit_id
               WHERE s.procedure_id = r.id AND s.victim_id = r.victim_id ORDER BY s.id DESC LIMIT 1) = 'UPE'),
    measure AS (
        SELECT m.type FROM l JOIN public.protection_measure m
            ON m.case_id = l.case_id AND m.victim_id = l.victim_id AND m.state = 'VIGENTE'
        JOIN public.unit u ON u.id = m.unit_id AND u.kind = 'UPE')
    SELECT EXISTS (SELECT FROM public.place_hold h WHERE h.case_id = l.case_id AND h.victim_id = l.victim_id
                   AND h.state = 'VIGENTE' AND h.expires_at > now() AND h.unit_id <> l.unit_id)
        OR EXISTS (SELECT FROM public.referral r JOIN public.unit u ON u.id = r.to_unit_id
                   WHERE r.case_id = l.case_id AND r.victim_id = l.victim_id AND r.to_unit_id <> l.unit_id
                     AND u.kind IN ('CAR', 'ALBERGUE', 'HRT')
                     AND r.state IN ('ACEPTADA', 'ACEPTADA_CON_CONDICIONES', 'EN_CURSO')),
        EXISTS (SELECT FROM route WHERE route.conclusion = 'RETORNO_FAMILIA_IDONEA' OR route.state = 'FAMILIA_EXTENSA')
        OR EXISTS (SELECT FROM measure WHERE measure.type IN ('CUIDADO_FAMILIAR', 'ACOGIMIENTO_FAMILIA_EXTENSA')),
        EXISTS (SELECT FROM route WHERE route.conclusion = 'ADOPCION' OR route.state = 'ACOGIMIENTO_FAMILIAR')
        OR EXISTS (SELECT FROM measure WHERE measure.type = 'ACOGIMIENTO_FAMILIAR'),
        (EXISTS (SELECT FROM public.participation p JOIN public.unit u ON u.id = p.unit_id AND u.kind = 'CONSULADO'
                 WHERE p.case_id = l.case_id AND p.victim_id = l.victim_id AND p.ended_at IS NULL)
         OR EXISTS (SELECT FROM public.protection_procedure r
                    WHERE r.case_id = l.case_id AND r.victim_id = l.victim_id AND r.branch = 'EXTRANJERA'
                      AND (r.state = 'RETORNO_ASISTIDO' OR r.conclusion = 'RETORNO_REALIZADO')))
        AND (SELECT s.to_state FROM public.protection_step s
             WHERE s.victim_id = l.victim_id AND (s.to_state = 'REFUGIO_SOLICITADO' OR s.reason = 'DESISTE_REFUGIO')
             ORDER BY s.at DESC, s.id DESC LIMIT 1) IS DISTINCT FROM 'REFUGIO_SOLICITADO',
        coalesce((SELECT k.result = 'IDONEA' FROM public.suitability_check k
                  WHERE k.placement_id = l.id AND k.victim_id = l.victim_id ORDER BY k.id DESC LIMIT 1), false),
        ruv.counted_as_child(l.victim_id, l.case_id, ruv.lima_day(now())),
        -- Of an age in whole years the birthday may have been since: the exact date is sealed, the application reads it.
        NOT ruv.counted_as_child(l.victim_id, l.case_id, (ruv.lima_day(now()) + interval '1 year')::date)
    FROM l
$$;

-- A child leaves for a reason of the list whose condition holds. Runs as whoever updates: what is bound here is the
-- application; a transfer by admission elsewhere and the end of a part in the case are the database's own.
CREATE FUNCTION ruv.guard_exit() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known record;
BEGIN
    IF current_user <> 'ruv_app' THEN
        RETURN NEW;
    END IF;
    SELECT * INTO known FROM ruv.exit_grounds(NEW.id);
    IF coalesce(known.child, true) AND NOT coalesce(CASE NEW.exit_reason
        WHEN 'TRASLADO' THEN known.destination
        WHEN 'REINTEGRACION_FAMILIAR' THEN known.fit AND known.own_family
        WHEN 'FAMILIA_SUSTITUTA' THEN known.fit AND known.other_family
        WHEN 'MAYORIA_DE_EDAD' THEN known.may_be_of_age
        WHEN 'VIDA_INDEPENDIENTE' THEN known.may_be_of_age
        WHEN 'RETORNO_AL_PAIS' THEN known.returns
        WHEN 'EGRESO_NO_AUTORIZADO' THEN true
        WHEN 'FALLECIMIENTO' THEN true END, false) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;

-- A child who left without leave is missing: her case says so at once.
CREATE FUNCTION ruv.lose_child() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor;
    held record;
BEGIN
    IF NOT ruv.counted_as_child(NEW.victim_id, NEW.case_id, ruv.lima_day(now())) THEN
        RETURN NULL;
    END IF;
    SELECT c.id, c.victim_id, c.state INTO held FROM public.trafficking_case c
    WHERE c.id = NEW.case_id AND c.victim_id = NEW.victim_id
      AND c.state NOT IN ('CERRADO', 'DESCARTADA', 'EGRESO_NO_AUTORIZADO') FOR UPDATE;
    IF held.id IS NOT NULL THEN
        me := ruv.context();
        UPDATE public.trafficking_case c SET state = 'EGRESO_NO_AUTORIZADO', state_since = now(), version = c.version + 1
        WHERE c.id = held.id AND c.victim_id = held.victim_id;
        INSERT INTO public.case_transition (victim_id, case_id, from_state, to_state, reason, by_user_id, by_unit_id)
        VALUES (held.victim_id, held.id, held.state, 'EGRESO_NO_AUTORIZADO',
                CASE WHEN EXISTS (SELECT FROM public.placement_leave a WHERE a.placement_id = NEW.id
                                  AND a.victim_id = NEW.victim_id AND NOT a.returned
                                  AND coalesce(a.ended_at, now()) = now())
                     THEN 'NO_RETORNO_DE_PERMISO' ELSE 'SALIDA_SIN_AVISO' END, me.user_id, me.unit_id);
    END IF;
    RETURN NULL;
END $$;

-- Whoever is taken in is missing no more, and has arrived.
CREATE FUNCTION ruv.find_child() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor;
BEGIN
    UPDATE public.clock k SET state = 'CUMPLIDO', met_at = now(), next_at = NULL
    WHERE k.case_id = NEW.case_id AND k.victim_id = NEW.victim_id AND k.kind = 'LLEGADA_TRASLADO'
      AND k.state IN ('CORRIENDO', 'VENCIDO');
    UPDATE public.trafficking_case c SET state = 'EN_ASISTENCIA_INMEDIATA', state_since = now(), version = c.version + 1
    WHERE c.id = NEW.case_id AND c.victim_id = NEW.victim_id AND c.state = 'EGRESO_NO_AUTORIZADO';
    IF FOUND THEN
        me := ruv.context();
        INSERT INTO public.case_transition (victim_id, case_id, from_state, to_state, reason, by_user_id, by_unit_id)
        VALUES (NEW.victim_id, NEW.case_id, 'EGRESO_NO_AUTORIZADO', 'EN_ASISTENCIA_INMEDIATA', 'RETORNO', me.user_id,
                me.unit_id);
        UPDATE public.clock k SET state = 'ANULADO', next_at = NULL
        WHERE k.case_id = NEW.case_id AND k.victim_id = NEW.victim_id AND k.kind = 'NNA_NO_HABIDA'
          AND k.state IN ('CORRIENDO', 'VENCIDO');
    END IF;
    RETURN NULL;
END $$;

-- A child who left for another house and was taken in nowhere: one clock from her exit waits for her arrival, unless a
-- place is held for her, which has its own. It is the UPE's, or of who answers for the case where it has none, which is
-- told. For who let her go, who lets go of her place, and the sweep.
CREATE FUNCTION ruv.await_arrival(cases bigint[], due interval, remind interval, escalate interval) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor := ruv.context();
    gone record;
BEGIN
    FOR gone IN
        SELECT l.victim_id, l.case_id, l.left_at, c.code, coalesce((
                   SELECT p.unit_id FROM public.participation p JOIN public.unit u ON u.id = p.unit_id
                   WHERE p.case_id = l.case_id AND p.victim_id = l.victim_id AND p.ended_at IS NULL
                     AND p.mandate IS DISTINCT FROM 'ACOGIDA'
                   ORDER BY u.kind <> 'UPE', p.unit_id = l.unit_id,
                            array_position(ARRAY['REGISTRO', 'MANDATO', 'DERIVACION'], p.basis), p.started_at, p.id
                   LIMIT 1), l.unit_id) AS unit_id
        FROM public.trafficking_case c CROSS JOIN LATERAL (
            SELECT s.* FROM public.placement s WHERE s.case_id = c.id AND s.victim_id = c.victim_id
            ORDER BY s.id DESC LIMIT 1) l
        WHERE c.id = ANY (cases) AND c.state NOT IN ('CERRADO', 'DESCARTADA', 'EGRESO_NO_AUTORIZADO')
          AND l.left_at IS NOT NULL AND l.exit_reason = 'TRASLADO' AND ruv.presumed_child(l.victim_id, l.case_id)
          AND NOT EXISTS (SELECT FROM public.place_hold h WHERE h.case_id = l.case_id AND h.victim_id = l.victim_id
                          AND h.state = 'VIGENTE' AND h.expires_at > now())
          -- Of this exit once: who was lost and found since is on no way.
          AND NOT EXISTS (SELECT FROM public.clock k WHERE k.case_id = l.case_id AND k.victim_id = l.victim_id
                          AND k.kind = 'LLEGADA_TRASLADO' AND k.started_at >= l.left_at)
          AND (me.role = 'scheduler' OR ruv.case_in_scope(l.case_id, l.victim_id)
               OR EXISTS (SELECT FROM public.place_hold h WHERE h.case_id = l.case_id AND h.victim_id = l.victim_id
                          AND h.unit_id = me.unit_id AND h.state = 'LIBERADA' AND h.ended_at = now())) LOOP
        INSERT INTO public.clock (victim_id, case_id, kind, subject_table, row_id, subject_code, unit_id, started_at,
            due_at, remind_at, escalate_at, next_at)
        VALUES (gone.victim_id, gone.case_id, 'LLEGADA_TRASLADO', 'trafficking_case', gone.case_id, gone.code, gone.unit_id,
            gone.left_at, gone.left_at + due, gone.left_at + remind, gone.left_at + escalate,
            gone.left_at + coalesce(remind, due))
        ON CONFLICT (kind, subject_table, row_id, case_id) WHERE state IN ('CORRIENDO', 'VENCIDO') DO NOTHING;
        IF FOUND AND gone.unit_id IS DISTINCT FROM me.unit_id THEN
            INSERT INTO public.notice (victim_id, case_id, code, kind, unit_id, subject_code, clock_kind)
            VALUES (gone.victim_id, gone.case_id, ruv.new_code('AV'), 'PLAZO_RECIBIDO', gone.unit_id, gone.code,
                    'LLEGADA_TRASLADO');
        END IF;
    END LOOP;
END $$;

-- Which UPE learns that a child arrived nowhere, where none takes part in her case: of the department of the house she
-- left. For who fires the clocks.
CREATE FUNCTION ruv.unreached_upes(cases bigint[]) RETURNS TABLE (victim_id bigint, case_id bigint, unit_id bigint, code text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (ruv.context()).role IS DISTINCT FROM 'scheduler' THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
        SELECT c.victim_id, c.id, near.id, c.code
        FROM public.trafficking_case c
        JOIN LATERAL (SELECT s.unit_id FROM public.placement s WHERE s.case_id = c.id AND s.victim_id = c.victim_id
                      ORDER BY s.id DESC LIMIT 1) l ON true
        JOIN public.unit house ON house.id = l.unit_id
        JOIN public.unit near ON near.kind = 'UPE' AND near.department = house.department
        WHERE c.id = ANY (cases)
          AND NOT EXISTS (SELECT FROM public.participation p JOIN public.unit u ON u.id = p.unit_id AND u.kind = 'UPE'
                          WHERE p.case_id = c.id AND p.victim_id = c.victim_id AND p.ended_at IS NULL);
END $$;

-- Closing a case ------------------------------------------------------------------------------------------

CREATE FUNCTION ruv.close_agreed(kase bigint, outcome text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.command_request c
                   WHERE c.case_id = kase AND c.reason = outcome AND c.decided_at = now()
                     AND ruv.two_agreed(c.id, 'CIERRE'))
$$;

-- Closes the case of an agreed command, in the name of who approves; says DONE, or what stands against it: the case
-- changed since it was asked (STALE), or she lives somewhere that is noted (HOUSED).
CREATE FUNCTION ruv.close_case(command bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me ruv.actor := ruv.context();
    asked public.command_request;
    held record;
BEGIN
    IF NOT ruv.two_agreed(command, 'CIERRE') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO asked FROM public.command_request c WHERE c.id = command;
    PERFORM pg_advisory_xact_lock(hashtextextended('ruv.case:' || asked.case_id, 0));
    SELECT c.id, c.victim_id, c.state, c.version INTO held FROM public.trafficking_case c
    WHERE c.id = asked.case_id FOR UPDATE;
    IF held.version || ':' || held.victim_id IS DISTINCT FROM asked.fingerprint
       OR held.state IN ('ALERTA', 'CERRADO', 'DESCARTADA') THEN
        RETURN 'STALE';
    END IF;
    IF EXISTS (SELECT FROM public.placement l WHERE l.case_id = held.id AND l.left_at IS NULL) THEN
        RETURN 'HOUSED';
    END IF;
    UPDATE public.trafficking_case c
    SET state = 'CERRADO', state_since = now(), closed_at = now(), outcome = asked.reason, version = c.version + 1
    WHERE c.id = held.id AND c.victim_id = held.victim_id;
    INSERT INTO public.case_transition (victim_id, case_id, from_state, to_state, reason, by_user_id, by_unit_id)
    VALUES (held.victim_id, held.id, held.state, 'CERRADO', NULL, me.user_id, me.unit_id);
    UPDATE public.clock k SET state = 'ANULADO', next_at = NULL
    WHERE k.subject_table = 'trafficking_case' AND k.row_id = held.id AND k.state IN ('CORRIENDO', 'VENCIDO');
    RETURN 'DONE';
END $$;

-- As before; and a child's case, or any as not found, closes by an agreed command or not at all, and not while she is
-- missing.
CREATE OR REPLACE FUNCTION ruv.guard_case() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_user NOT IN ('ruv_app', 'ruv_guard') THEN
        RETURN NEW;
    END IF;
    IF NEW.state IS DISTINCT FROM OLD.state AND NEW.state = 'DESCARTADA' AND NOT ruv.discard_agreed(NEW.id) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    IF NEW.state = 'CERRADO' AND (NEW.state, NEW.outcome) IS DISTINCT FROM (OLD.state, OLD.outcome)
       AND (NEW.outcome = 'ILOCALIZABLE' OR ruv.counted_as_child(NEW.victim_id, NEW.id, ruv.lima_day(now())))
       AND NOT ruv.close_agreed(NEW.id, NEW.outcome) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    IF OLD.state = 'EGRESO_NO_AUTORIZADO' AND NEW.state IN ('CERRADO', 'ILOCALIZABLE', 'DESCARTADA')
       AND ruv.counted_as_child(NEW.victim_id, NEW.id, ruv.lima_day(OLD.state_since)) THEN
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

-- As before; closing is asked by who could write how a case ended.
CREATE OR REPLACE FUNCTION ruv.may_request(kind text, victim bigint, other bigint, kase bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT ruv.permits('commands:request') THEN
        RETURN false;
    END IF;
    IF kind IN ('DESCARTE', 'CIERRE') THEN
        RETURN ruv.permits('cases:transition') AND ruv.case_in_scope(kase, victim)
            AND (kind = 'DESCARTE' OR coalesce('outcome' = ANY (ruv.written()), false));
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
        WHEN 'CIERRE' THEN EXISTS (SELECT FROM public.case_transition t
                                   WHERE t.case_id = NEW.case_id AND t.to_state = 'CERRADO' AND t.at = now())
        WHEN 'FUSION' THEN EXISTS (SELECT FROM public.record_merge m WHERE m.command_id = NEW.id)
        ELSE EXISTS (SELECT FROM public.record_merge m WHERE m.split_command_id = NEW.id) END) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['counted_as_child(bigint, bigint, date)', 'lima_day(timestamptz)', 'exit_grounds(bigint)',
        'ends_childhood(bigint, integer, integer)', 'guard_childhood()', 'guard_exit()', 'lose_child()', 'find_child()', 'await_arrival(bigint[], interval, interval, interval)',
        'unreached_upes(bigint[])', 'close_agreed(bigint, text)', 'close_case(bigint)'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION ruv.%s FROM PUBLIC', f);
    END LOOP;
    FOREACH f IN ARRAY ARRAY['counted_as_child(bigint, bigint, date)', 'lima_day(timestamptz)', 'exit_grounds(bigint)',
        'ends_childhood(bigint, integer, integer)', 'guard_childhood()', 'guard_exit()', 'await_arrival(bigint[], interval, interval, interval)',
        'unreached_upes(bigint[])', 'close_agreed(bigint, text)', 'close_case(bigint)'] LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION ruv.%s TO ruv_app', f);
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION ruv.guard_childhood(), ruv.guard_exit(), ruv.lose_child(), ruv.find_child() TO ruv_owner;
RESET ROLE;

-- After the row, so that an upsert of who is known is an update.
CREATE TRIGGER profile_childhood AFTER INSERT OR UPDATE OF age_years, age_min ON profile
    FOR EACH ROW EXECUTE FUNCTION ruv.guard_childhood();
CREATE TRIGGER placement_exit BEFORE UPDATE OF left_at ON placement
    FOR EACH ROW WHEN (OLD.left_at IS NULL AND NEW.left_at IS NOT NULL) EXECUTE FUNCTION ruv.guard_exit();
CREATE TRIGGER placement_lost AFTER UPDATE OF left_at ON placement
    FOR EACH ROW WHEN (OLD.left_at IS NULL AND NEW.left_at IS NOT NULL AND NEW.exit_reason = 'EGRESO_NO_AUTORIZADO')
    EXECUTE FUNCTION ruv.lose_child();
CREATE TRIGGER placement_found AFTER INSERT ON placement FOR EACH ROW EXECUTE FUNCTION ruv.find_child();

SET ROLE ruv_guard;
REVOKE EXECUTE ON FUNCTION ruv.guard_childhood(), ruv.guard_exit(), ruv.lose_child(), ruv.find_child() FROM ruv_owner;
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;

GRANT UPDATE (outcome) ON trafficking_case TO ruv_guard;
GRANT SELECT (branch, state, conclusion) ON protection_procedure TO ruv_guard;
GRANT SELECT (type, unit_id) ON protection_measure TO ruv_guard;
GRANT SELECT (id, victim_id, placement_id, result) ON suitability_check TO ruv_guard;
CREATE POLICY guard ON suitability_check FOR SELECT TO ruv_guard USING (true);

-- As before; and the UPE of the department is told of a missing child though it has no part in her case yet.
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
         OR kind IN ('CUPO_RESERVADO', 'CUPO_LIBERADO', 'CUPO_VENCIDO') AND ruv.keeps_hold(subject_code, victim_id)
         OR kind IN ('NNA_NO_HABIDA', 'NNA_NO_LLEGO')
            AND EXISTS (SELECT FROM unit u WHERE u.id = (SELECT (ruv.context()).unit_id) AND u.kind = 'UPE'))
);

-- As before; but for who counts as a child the UPE decides.
ALTER POLICY append ON objection WITH CHECK (
    (SELECT ruv.permits('consents:write')) AND unit_id = (SELECT (ruv.context()).unit_id)
    AND made_by = (SELECT (ruv.context()).user_id) AND made_at = now() AND lifted_at IS NULL
    AND EXISTS (SELECT FROM participation p WHERE p.victim_id = objection.victim_id AND p.case_id = objection.case_id)
    AND NOT ruv.counted_as_child(victim_id, case_id, ruv.lima_day(now()))
);
