-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.pass_plan(
    plan_key bigint, victim bigint, heir bigint, person bigint, why text, code_of_reason text
)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me bigint := ruv.acting_unit();
    l record;
BEGIN
    SELECT p.id, p.case_id, p.code, p.unit_id INTO l FROM public.plan p
    WHERE p.id = plan_key AND p.victim_id = victim FOR UPDATE;
    UPDATE public.plan p SET unit_id = heir, responsible_user_id = person, version = p.version + 1
    WHERE p.id = l.id AND p.victim_id = victim;
    UPDATE public.plan_activity a SET unit_id = heir, updated_at = now(), version = a.version + 1
    WHERE a.plan_id = l.id AND a.victim_id = victim AND a.unit_id = l.unit_id AND a.state IN ('PENDIENTE', 'EN_CURSO');
    UPDATE public.plan_team t SET ended_at = now()
    WHERE t.plan_id = l.id AND t.victim_id = victim AND t.ended_at IS NULL
      AND t.user_id IN (SELECT u.id FROM public.user_account u WHERE u.unit_id = l.unit_id);
    UPDATE public.clock c SET unit_id = heir, user_id = CASE c.subject_table WHEN 'plan_activity' THEN NULL ELSE person END
    WHERE c.case_id = l.case_id AND c.victim_id = victim AND c.state IN ('CORRIENDO', 'VENCIDO')
      AND (c.subject_table = 'plan' AND c.row_id = l.id
           OR c.subject_table = 'plan_follow_up' AND c.row_id IN (
               SELECT f.id FROM public.plan_follow_up f WHERE f.plan_id = l.id AND f.victim_id = victim)
           OR c.subject_table = 'plan_activity' AND c.row_id IN (
               SELECT a.id FROM public.plan_activity a
               WHERE a.plan_id = l.id AND a.victim_id = victim AND a.unit_id = heir));
    INSERT INTO public.plan_handover (victim_id, plan_id, from_unit_id, to_unit_id, cause, reason, by_user_id)
    VALUES (victim, l.id, l.unit_id, heir, why, code_of_reason, CASE WHEN me IS NOT NULL THEN
            (SELECT u.id FROM public.user_account u WHERE u.id = (ruv.context()).user_id) END);
    UPDATE public.participation p
    SET compartments = ruv.less_objected(p.given, p.victim_id, p.unit_id, p.referral_id)
    WHERE p.case_id = l.case_id AND p.victim_id = victim AND p.unit_id = l.unit_id AND p.ended_at IS NULL
      AND 'plan' = ANY (p.given) AND 'plan' = ANY (p.compartments)
      AND 'plan' <> ALL (ruv.less_objected(p.given, p.victim_id, p.unit_id, p.referral_id));
    PERFORM ruv.tell('PLAN_RECIBIDO', heir, l.code, victim, l.case_id, me);
    PERFORM ruv.tell('PLAN_ENTREGADO', l.unit_id, l.code, victim, l.case_id, me);
END $function$;
ALTER FUNCTION ruv.pass_plan(bigint,bigint,bigint,bigint,text,text) OWNER TO ruv_guard;
