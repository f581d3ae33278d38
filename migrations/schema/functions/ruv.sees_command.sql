-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.sees_command(asking_unit bigint, victim bigint, other bigint, kase bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    RETURN ruv.permits('commands:request') AND asking_unit = (ruv.context()).unit_id
        OR ruv.permits('commands:approve')
           AND (ruv.oversees_commands() OR ruv.command_in_scope(victim, other, kase));
END $function$;
ALTER FUNCTION ruv.sees_command(bigint,bigint,bigint,bigint) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.sees_command(bigint,bigint,bigint,bigint) TO ruv_app;
