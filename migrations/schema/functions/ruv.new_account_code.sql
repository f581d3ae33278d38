-- Written by `ruv db schema` from a migrated database: read it here, change it by a migration.

CREATE OR REPLACE FUNCTION ruv.new_account_code()
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    alphabet CONSTANT text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    drawn CONSTANT bytea := uuid_send(gen_random_uuid());
    taken CONSTANT integer[] := '{0,1,2,3,4,5,7,9,10,11,12}';
    weighed integer[] := '{}';
    symbols text := '';
    total integer := 0;
BEGIN
    FOR n IN 1..11 LOOP
        weighed := weighed || (get_byte(drawn, taken[n]) & 31);
        symbols := symbols || substr(alphabet, weighed[n] + 1, 1);
    END LOOP;
    weighed := weighed || '{0,20}'::integer[];  -- the letters of the prefix, counted from A
    FOR n IN REVERSE 13..1 LOOP
        total := (total # weighed[n]) << 1;  -- times x, modulo x^5 + x^2 + 1
        IF total > 31 THEN
            total := total # 37;
        END IF;
    END LOOP;
    symbols := symbols || substr(alphabet, total + 1, 1);
    RETURN format('AU-%s-%s-%s', substr(symbols, 1, 4), substr(symbols, 5, 4), substr(symbols, 9, 4));
END $function$;
ALTER FUNCTION ruv.new_account_code() OWNER TO ruv_owner;

GRANT EXECUTE ON FUNCTION ruv.new_account_code() TO ruv_app;
