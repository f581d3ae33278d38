-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.may_second(request bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me ruv.actor := ruv.context();
BEGIN
    RETURN ruv.permits('accounts:approve') AND EXISTS (
        SELECT FROM public.account_request r JOIN public.user_account u ON u.id = me.user_id AND NOT u.service_account
        WHERE r.id = request AND me.unit_id <> r.requested_unit_id AND me.user_id <> r.account_id
          AND (me.institution_id = r.requested_institution_id OR ruv.permits('audit:read'))
          AND NOT ruv.one_hand(r.requested_by, me.user_id));
END $function$;
ALTER FUNCTION ruv.may_second(bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.may_second(bigint) TO ruv_app;
