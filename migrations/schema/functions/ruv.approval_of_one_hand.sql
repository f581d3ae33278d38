-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.approval_of_one_hand(wanted text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    me bigint := (ruv.context()).user_id;
BEGIN
    RETURN ruv.permits('releases:publish') AND EXISTS (
        SELECT FROM release.release r JOIN release.approval a ON a.release_id = r.id
        WHERE r.code = wanted AND a.user_id <> me AND ruv.one_hand(a.user_id, me));
END $function$;
ALTER FUNCTION ruv.approval_of_one_hand(text) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.approval_of_one_hand(text) TO ruv_app;
