-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.both_known(asking bigint, asking_unit bigint, victim bigint, other bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    mine bigint[] := ruv.seats();
BEGIN
    RETURN ruv.oversees_commands()
        OR EXISTS (SELECT FROM public.user_account u JOIN public.role_grant g ON g.role = u.role
                   WHERE u.id = asking AND 'matching:steward' = ANY (g.permissions))
        OR NOT EXISTS (
            SELECT FROM unnest(ARRAY[victim, other]) AS one (record)
            WHERE NOT EXISTS (SELECT FROM public.participation p
                              WHERE p.victim_id = ruv.person_of_record(one.record) AND p.compartments IS NULL
                                AND (p.seats && mine OR p.unit_id = asking_unit AND p.ended_at IS NULL)));
END $function$;
ALTER FUNCTION ruv.both_known(bigint,bigint,bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.both_known(bigint,bigint,bigint,bigint) TO ruv_app;
