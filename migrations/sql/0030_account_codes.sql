-- Accounts are known outside by a random public code (`AU-7K3M-9QX2-H4TQ`), as everything else is. The column has a
-- default, so that a program that does not know it yet goes on making accounts. Runs as ruv_owner.

-- Draws a code as `app/codes.py` does: 55 random bits and a check symbol, by which the weighted sum over GF(32) is zero.
-- Of a random UUID the low five bits of the bytes beside the version are taken; all of them are random.
CREATE FUNCTION ruv.new_account_code() RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
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
END $$;
REVOKE ALL ON FUNCTION ruv.new_account_code() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ruv.new_account_code() TO ruv_app;

-- Accounts are some thousands at most: they are filled, and everything is checked, at once.
ALTER TABLE user_account ADD COLUMN code text;
ALTER TABLE user_account ALTER COLUMN code SET DEFAULT ruv.new_account_code();
ALTER TABLE user_account NO FORCE ROW LEVEL SECURITY;  -- the owner would see no row to fill
UPDATE user_account SET code = ruv.new_account_code();
ALTER TABLE user_account FORCE ROW LEVEL SECURITY;
-- squawk-ignore adding-not-nullable-field
ALTER TABLE user_account ALTER COLUMN code SET NOT NULL;
-- squawk-ignore disallowed-unique-constraint, constraint-missing-not-valid
ALTER TABLE user_account ADD CONSTRAINT uq_user_account_code UNIQUE (code);
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE user_account ADD CONSTRAINT ck_user_account_code CHECK (code ~ '^AU(-[0-9A-Z]{4}){3}$');
GRANT SELECT (code) ON user_account TO ruv_app;

-- The code of an account that a notice or a request names, for who does not see the account itself: it says nothing.
GRANT CREATE ON SCHEMA ruv TO ruv_guard;
CREATE FUNCTION ruv.account_code(account bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF ruv.context() IS NULL THEN  -- nobody unknown
        RETURN NULL;
    END IF;
    RETURN (SELECT u.code FROM public.user_account u WHERE u.id = account);
END $$;
REVOKE ALL ON FUNCTION ruv.account_code(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ruv.account_code(bigint) TO ruv_app;
ALTER FUNCTION ruv.account_code(bigint) OWNER TO ruv_guard;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
