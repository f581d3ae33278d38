-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.context()
 RETURNS ruv.actor
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    raw text := nullif(current_setting('ruv.context', true), '');
    body text;
    key ruv.context_key;
    part text[];
BEGIN
    IF raw IS NULL THEN
        RAISE EXCEPTION 'no actor is bound to this transaction' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO key FROM ruv.context_key;
    body := left(raw, -65);
    IF right(raw, 64) IS DISTINCT FROM
       encode(sha256(key.outer_pad || sha256(key.inner_pad || convert_to(body, 'UTF8'))), 'hex') THEN
        RETURN NULL;
    END IF;
    part := string_to_array(body, '|');
    IF part[6]::bigint < extract(epoch FROM clock_timestamp()) THEN
        RETURN NULL;
    END IF;
    RETURN (part[1]::bigint, part[2]::bigint, part[3]::bigint, part[4], part[5] = '1')::ruv.actor;
END $function$;
ALTER FUNCTION ruv.context() OWNER TO ruv_guard;

GRANT EXECUTE ON FUNCTION ruv.context() TO ruv_app;
