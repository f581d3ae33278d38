-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.hand_over_clocks(leaver bigint, moved json)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
BEGIN
    IF NOT coalesce(me.unit_wide, false) OR NOT ruv.permits('assignments:write') THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = '42501';
    END IF;
    UPDATE public.clock c SET user_id = m.user_id
    FROM json_to_recordset(moved) AS m(case_id bigint, user_id bigint)
    WHERE c.case_id = m.case_id AND c.unit_id = me.unit_id AND c.user_id = leaver
      AND c.state IN ('CORRIENDO', 'VENCIDO') AND ruv.user_in_unit(m.user_id, me.unit_id);
END $function$;
ALTER FUNCTION ruv.hand_over_clocks(bigint,json) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.hand_over_clocks(bigint,json) TO ruv_app;
