-- Takes back 0016_supervision.sql.
GRANT CREATE ON SCHEMA ruv TO ruv_guard;
SET ROLE ruv_guard;
CREATE OR REPLACE FUNCTION ruv.population() RETURNS smallint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT g.population FROM public.role_grant g WHERE g.role = (ruv.context()).role);
END $$;
CREATE OR REPLACE FUNCTION ruv.listed() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT g.listed FROM public.role_grant g WHERE g.role = (ruv.context()).role);
END $$;
CREATE OR REPLACE FUNCTION ruv.opened() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT g.opened FROM public.role_grant g WHERE g.role = (ruv.context()).role);
END $$;
CREATE OR REPLACE FUNCTION ruv.read_in_full() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT g."full" FROM public.role_grant g WHERE g.role = (ruv.context()).role);
END $$;
CREATE OR REPLACE FUNCTION ruv.own_only() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT g.own_only FROM public.role_grant g WHERE g.role = (ruv.context()).role);
END $$;
CREATE OR REPLACE FUNCTION ruv.written() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT g.written FROM public.role_grant g WHERE g.role = (ruv.context()).role);
END $$;
CREATE OR REPLACE FUNCTION ruv.permits(permission text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce(
        (SELECT permission = ANY (g.permissions) FROM public.role_grant g WHERE g.role = (ruv.context()).role),
        false
    );
END $$;
DROP FUNCTION ruv.hand_over_clocks(bigint, json);
RESET ROLE;
REVOKE CREATE ON SCHEMA ruv FROM ruv_guard;
DROP INDEX ix_plan_victim_id;
