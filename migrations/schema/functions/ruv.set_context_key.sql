-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.set_context_key(inner_pad bytea, outer_pad bytea)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
    INSERT INTO ruv.context_key VALUES (true, inner_pad, outer_pad)
    ON CONFLICT (only_row) DO UPDATE SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad
$function$;
ALTER FUNCTION ruv.set_context_key(bytea,bytea) OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.set_context_key(bytea,bytea) TO ruv_owner;
