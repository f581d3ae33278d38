-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.new_code(prefix text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    alphabet constant text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    -- What lies between the fixed bits of two UUIDs.
    drawn bytea := substring(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) FROM 10 FOR 13);
    total int := 0;
    symbols text := '';
BEGIN
    FOR at IN REVERSE 2 .. 1 LOOP
        total := (total # (ascii(substr(prefix, at, 1)) - 65)) << 1;
        total := CASE WHEN total > 31 THEN total # 37 ELSE total END;
    END LOOP;
    FOR at IN REVERSE 10 .. 0 LOOP
        total := (total # (get_byte(drawn, at) & 31)) << 1;
        total := CASE WHEN total > 31 THEN total # 37 ELSE total END;
        symbols := substr(alphabet, (get_byte(drawn, at) & 31) + 1, 1) || symbols;
    END LOOP;
    symbols := symbols || substr(alphabet, total + 1, 1);
    RETURN concat_ws('-', prefix, substr(symbols, 1, 4), substr(symbols, 5, 4), substr(symbols, 9, 4));
END $function$;
ALTER FUNCTION ruv.new_code(text) OWNER TO ruv_guard;
