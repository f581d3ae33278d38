-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.drop_draft(what text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
BEGIN
    DELETE FROM public.draft d WHERE d.user_id = me.user_id AND d.unit_id = me.unit_id AND d.form = what;
    RETURN FOUND;
END $function$;
ALTER FUNCTION ruv.drop_draft(text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.drop_draft(text) TO ruv_app;
