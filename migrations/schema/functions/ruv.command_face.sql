-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.command_face(command bigint)
 RETURNS TABLE(
     victim_code text,
     other_code text,
     case_code text,
     unit_code text,
     unit_name text,
     decided_unit_code text,
     decided_unit_name text,
     own_request boolean,
     own_unit boolean,
     same_institution boolean,
     both_known boolean
 )
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
END $function$;
ALTER FUNCTION ruv.command_face(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.command_face(bigint) TO ruv_app;
