-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.may_ask_about(kind text, account bigint, to_unit bigint, to_role text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
    it public.user_account;
BEGIN
    SELECT * INTO it FROM public.user_account u WHERE u.id = account;
    RETURN ruv.permits('accounts:manage') AND it.institution_id = me.institution_id AND it.id <> me.user_id
       AND NOT it.service_account
       AND CASE kind
           WHEN 'ALTA' THEN it.approved_at IS NULL AND (it.unit_id, it.role) IS NOT DISTINCT FROM (to_unit, to_role)
               AND ruv.may_ask(it.role)
           WHEN 'CAMBIO' THEN it.approved_at IS NOT NULL AND ruv.may_ask(it.role) AND ruv.may_ask(to_role)
               AND ruv.role_fits(to_role, to_unit)
               AND EXISTS (SELECT FROM public.unit t WHERE t.id = to_unit AND t.institution_id = me.institution_id)
           WHEN 'CLAVE' THEN it.approved_at IS NOT NULL AND ruv.may_ask(it.role)
           WHEN 'ACTIVACION' THEN it.disabled_at IS NOT NULL AND ruv.may_ask(it.role)
           WHEN 'DESACTIVACION' THEN it.disabled_at IS NULL
           ELSE false END;
END $function$;
ALTER FUNCTION ruv.may_ask_about(text,bigint,bigint,text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.may_ask_about(text,bigint,bigint,text) TO ruv_app;
