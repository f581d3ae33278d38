-- Undoes 0014_plans.sql. Activities cancelled meanwhile count as not applicable: the older version has no other word.

SET ROLE ruv_guard;
DROP FUNCTION ruv.step_activity;
RESET ROLE;
DROP POLICY guard ON progress_note;
DROP POLICY guard ON plan_activity;
REVOKE INSERT ON progress_note FROM ruv_guard;
REVOKE SELECT (id, victim_id, plan_id, unit_id, state, due_on, version), UPDATE (state, due_on, updated_at, version)
    ON plan_activity FROM ruv_guard;
REVOKE SELECT (case_id, unit_id) ON plan FROM ruv_guard;
DROP TABLE follow_up_contact, plan_follow_up, plan_review, objective_note, plan_assessment, plan_team, plan_header;
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['plan_objective', 'plan_activity', 'plan_version', 'plan_signature'] LOOP
        EXECUTE format($policy$
            ALTER POLICY author ON %1$I WITH CHECK (
                %2$I = (SELECT (ruv.context()).user_id)
                AND EXISTS (SELECT FROM plan l WHERE l.id = %1$I.plan_id AND l.victim_id = %1$I.victim_id
                            AND ('plan' = ANY ((SELECT ruv.read_in_full())::text[])
                                 OR l.unit_id = (SELECT (ruv.context()).unit_id))))
        $policy$, t, CASE t WHEN 'plan_signature' THEN 'by_user_id' ELSE 'created_by' END);
    END LOOP;
END $$;
ALTER POLICY own_part ON plan USING (
    'plan' = ANY ((SELECT ruv.read_in_full())::text[]) OR unit_id = (SELECT (ruv.context()).unit_id)
);
ALTER POLICY own_part_change ON plan_activity USING (
    'plan' = ANY ((SELECT ruv.read_in_full())::text[])
    OR unit_id = (SELECT (ruv.context()).unit_id)
    OR EXISTS (SELECT FROM plan l WHERE l.id = plan_activity.plan_id AND l.victim_id = plan_activity.victim_id
               AND l.unit_id = (SELECT (ruv.context()).unit_id))
);
ALTER POLICY author ON progress_note WITH CHECK (
    by_user_id = (SELECT (ruv.context()).user_id) AND by_unit_id = (SELECT (ruv.context()).unit_id)
    AND EXISTS (SELECT FROM plan_activity a WHERE a.id = progress_note.activity_id
                AND a.victim_id = progress_note.victim_id AND a.plan_id = progress_note.plan_id)
);
DROP POLICY own_part ON plan_signature;
DROP POLICY own_part_change ON plan_objective;
DROP POLICY change ON plan_objective;
REVOKE UPDATE (state, updated_at, version) ON plan_objective FROM ruv_app;
REVOKE UPDATE (due_on) ON plan_activity FROM ruv_app;
REVOKE UPDATE (place_of_execution, language, interpreter, pti_resolution) ON plan FROM ruv_app;
ALTER TABLE plan_signature DROP COLUMN scan_code, DROP COLUMN verification, DROP COLUMN acknowledged,
    DROP COLUMN sealed, DROP COLUMN key_version;
ALTER TABLE progress_note DROP COLUMN from_due, DROP COLUMN to_due;
ALTER TABLE plan_activity NO FORCE ROW LEVEL SECURITY;
UPDATE plan_activity SET state = 'NO_APLICA' WHERE state = 'CANCELADA';
ALTER TABLE plan_activity FORCE ROW LEVEL SECURITY;
ALTER TABLE plan_activity DROP COLUMN service_code,
    DROP CONSTRAINT ck_plan_activity_state,
    ADD CONSTRAINT ck_plan_activity_state CHECK (state IN (
        'PENDIENTE', 'EN_CURSO', 'LOGRADO', 'NO_LOGRADO', 'NO_APLICA', 'RECHAZADO_POR_LA_PERSONA'));
ALTER TABLE plan_objective DROP COLUMN state, DROP COLUMN updated_at, DROP COLUMN version;
ALTER TABLE plan DROP COLUMN starts_on, DROP COLUMN execution_country, DROP COLUMN feasibility, DROP COLUMN pti_on,
    DROP COLUMN next_review_on, DROP COLUMN gaps;
